// The one place that calls the C library: what Node's fs cannot do. In: a path or a descriptor. Out: its answer, or an
// Error as Node's fs throws it. Never: follows a link at the end of a path; decides anything. (docs/adr/0012)
// glibc and musl on 64-bit Linux, where `long` and `time_t` have eight bytes.
import { dlopen, getInt32 } from 'node:ffi';
import { getSystemErrorMessage, getSystemErrorName } from 'node:util';

const AT_FDCWD = -100;

// `null` is the running program itself: Node is linked to the C library, so that no file name has to be known.
const { lib, functions } = dlopen(null, {
  __errno_location: { arguments: [], return: 'pointer' },
  utimensat: { arguments: ['int32', 'string', 'buffer', 'int32'], return: 'int32' },
  futimens: { arguments: ['int32', 'buffer'], return: 'int32' },
  renameat2: { arguments: ['int32', 'string', 'int32', 'string', 'uint32'], return: 'int32' },
  syncfs: { arguments: ['int32'], return: 'int32' },
  lseek: { arguments: ['int32', 'int64', 'int32'], return: 'int64' },
  llistxattr: { arguments: ['string', 'buffer', 'uint64'], return: 'int64' },
  flistxattr: { arguments: ['int32', 'buffer', 'uint64'], return: 'int64' },
  lgetxattr: { arguments: ['string', 'buffer', 'buffer', 'uint64'], return: 'int64' },
  fgetxattr: { arguments: ['int32', 'buffer', 'buffer', 'uint64'], return: 'int64' },
  lsetxattr: { arguments: ['string', 'buffer', 'buffer', 'uint64', 'int32'], return: 'int32' },
  fsetxattr: { arguments: ['int32', 'buffer', 'buffer', 'uint64', 'int32'], return: 'int32' },
  lremovexattr: { arguments: ['string', 'buffer'], return: 'int32' },
  fremovexattr: { arguments: ['int32', 'buffer'], return: 'int32' },
  socket: { arguments: ['int32', 'int32', 'int32'], return: 'int32' },
  setsockopt: { arguments: ['int32', 'int32', 'int32', 'buffer', 'uint32'], return: 'int32' },
  bind: { arguments: ['int32', 'buffer', 'uint32'], return: 'int32' },
  getsockname: { arguments: ['int32', 'buffer', 'buffer'], return: 'int32' },
  recv: { arguments: ['int32', 'buffer', 'uint64', 'int32'], return: 'int64' },
  send: { arguments: ['int32', 'buffer', 'uint64', 'int32'], return: 'int64' },
  if_nametoindex: { arguments: ['string'], return: 'uint32' },
});

/** The bound calls, as in their man pages. */
export const libc = functions;

// Of this thread; each worker loads this module for itself.
const errnoPlace = functions.__errno_location();

/** An error of the C library: `code` as in Node's own, what was being done, and to which path. */
type LibcError = NodeJS.ErrnoException;

/**
 * What a call answered, unless that was -1.
 * @param doing what was being done, as a participle: `setting user.x`
 * @param place the path or the descriptor
 * @throws LibcError: `ENOENT: no such file or directory, setting user.x of '/etc/motd'`
 */
export function checked<T extends number | bigint>(answer: T, doing: string, place: string | number): T {
  if (Number(answer) !== -1) return answer;
  throw libcError(getInt32(errnoPlace, 0), doing, place);
}

/** The same, with -1 where the call failed for one of these reasons. */
export function checkedBut(
  answer: number | bigint,
  { doing, place, codes }: { doing: string; place: string | number; codes: readonly string[] },
): number {
  if (Number(answer) !== -1) return Number(answer);
  const error = libcError(getInt32(errnoPlace, 0), doing, place);
  if (codes.includes(error.code ?? '')) return -1;
  throw error;
}

function libcError(errno: number, doing: string, place: string | number): LibcError {
  const code = getSystemErrorName(-errno);
  const of = typeof place === 'number' ? `descriptor ${place}` : `'${place}'`;
  const error: LibcError = new Error(`${code}: ${getSystemErrorMessage(-errno)}, ${doing} of ${of}`);
  return Object.assign(error, {
    code,
    errno: -errno,
    syscall: doing,
    ...(typeof place === 'string' ? { path: place } : {}),
  });
}

type MakeNode = (directory: number, path: string, mode: number, device: bigint) => number;
let makeNode: MakeNode | undefined;

/** mknodat(2). Bound when it is first needed: C libraries before glibc 2.33 do not export it. */
export function mknod(path: string, mode: number, device: bigint): number {
  makeNode ??= lib.getFunction('mknodat', {
    arguments: ['int32', 'string', 'uint32', 'uint64'],
    return: 'int32',
  });
  return makeNode(AT_FDCWD, path, mode, device);
}
