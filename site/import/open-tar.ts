// A part of a file → an open tar archive. In: an open file, a private directory. Out: its bytes as they are, or as a
// program has decompressed them into that directory. Never: more bytes, memory or seconds than the limits allow.
import { closeSync, constants, fstatSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../lib/errors.ts';
import { CommandError } from '../../lib/run-command.ts';
import type { RunCommand } from '../../lib/run-command.ts';
import { openByteSource } from './byte-source.ts';
import type { ByteSource } from './byte-source.ts';
import { findCompression } from './compressions.ts';
import type { Compression } from './compressions.ts';
import { BLOCK_BYTES, hasChecksum } from './tar/header.ts';
import { beyond, describeDiskLimit } from './limits.ts';
import type { ImportLimits } from './limits.ts';

export type OpenTar = { readonly source: ByteSource; readonly close: () => void };

type Part = {
  readonly bytes: ByteSource;
  /** Empty, and nobody else's. */
  readonly work: string;
  readonly limits: ImportLimits;
  readonly run: RunCommand;
};

/** @throws UserError when it is compressed and that cannot be undone within the limits */
export async function openTar(part: Part): Promise<OpenTar> {
  const { bytes, work, limits } = part;
  if (bytes.sizeBytes > limits.diskBytes) throw beyond(bytes.what, `it is larger than ${describeDiskLimit(limits)}`);
  const head = bytes.read(0, Math.min(BLOCK_BYTES, bytes.sizeBytes));
  // The first name of a plain archive may begin as compressed bytes do: BZh.
  const compression = head.length === BLOCK_BYTES && hasChecksum(head) ? undefined : findCompression(head);
  if (compression === undefined) return { source: bytes, close: () => {} };
  copyBytes(bytes, join(work, `archive.${compression.suffix}`));
  await decompress(part, compression);
  const fd = openSync(join(work, 'archive'), constants.O_RDONLY | constants.O_NOFOLLOW);
  const source = openByteSource(fd, { what: bytes.what, start: 0, sizeBytes: fstatSync(fd).size, isWhole: true });
  return { source, close: () => closeSync(fd) };
}

const STEP_BYTES = 256 * 1024;

function copyBytes(bytes: ByteSource, file: string): void {
  const fd = openSync(file, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
  try {
    for (let position = 0; position < bytes.sizeBytes; position += STEP_BYTES) {
      writeSync(fd, bytes.read(position, Math.min(STEP_BYTES, bytes.sizeBytes - position)));
    }
  } finally {
    closeSync(fd);
  }
}

/** Enough for the largest window of the usual settings; a window is what a hostile header asks for. */
const MEMORY_BYTES = 1024 ** 3;

async function decompress({ bytes, work, limits, run }: Part, compression: Compression): Promise<void> {
  const bounds = [`--fsize=${limits.diskBytes}`, `--as=${MEMORY_BYTES}`, '--core=0'];
  const argv = compression.decompress(join(work, 'archive'));
  try {
    await run(['prlimit', ...bounds, ...argv], { timeoutMs: limits.milliseconds });
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    throw explain(error, { what: bytes.what, limits, program: argv[0], debianPackage: compression.debianPackage });
  }
}

type Failed = {
  readonly what: string;
  readonly limits: ImportLimits;
  readonly program: string;
  readonly debianPackage: string;
};

/** prlimit(1) exits with 127 when it cannot start the program. */
const NOT_FOUND = 127;

function explain(error: CommandError, { what, limits, program, debianPackage }: Failed): UserError {
  if (error.signal === 'SIGXFSZ')
    return beyond(what, `it is larger than ${describeDiskLimit(limits)} when it is decompressed`);
  if (error.signal === 'SIGTERM')
    return beyond(what, `it takes longer than ${limits.milliseconds / 1000} seconds to decompress`);
  if (error.result?.exitCode === NOT_FOUND) {
    return new UserError(`importing ${what}: ${program} is not installed; nothing was changed`, {
      hint: `apt-get install ${debianPackage}`,
    });
  }
  const said = error.result?.stderr
    .trim()
    .split('\n')
    .at(-1)
    ?.replace(/^.*\/archive\.\w+: /, '');
  return new UserError(
    `importing ${what}: ${program} could not decompress it: ${said || error.message}; nothing was changed`,
    { exitCode: 2 },
  );
}
