// Extended attributes of one path. In: a path or descriptor. Out: names and values as bytes. Never: follows a link at
// the end of a path; knows which attributes matter.
import { checked, checkedBut, libc } from './libc.ts';

// The kernel's limit, of a value as of all names together (XATTR_SIZE_MAX, XATTR_LIST_MAX).
const buffer = Buffer.alloc(64 * 1024);
const SIZE = BigInt(buffer.length);

/** Names as bytes; none where the file system has no attributes. @throws LibcError */
export function listAttributes(place: string | number): Buffer[] {
  const answer =
    typeof place === 'number' ? libc.flistxattr(place, buffer, SIZE) : libc.llistxattr(place, buffer, SIZE);
  const length = checkedBut(answer, { doing: 'listing the attributes', place, codes: ['ENOTSUP'] });
  const names: Buffer[] = [];
  for (let start = 0; start < length;) {
    const end = buffer.indexOf(0, start);
    names.push(Buffer.from(buffer.subarray(start, end)));
    start = end + 1;
  }
  return names;
}

/** A value; undefined when the path has no such attribute (any more). @throws LibcError */
export function getAttribute(place: string | number, name: Uint8Array): Buffer | undefined {
  const cName = terminated(name);
  const answer =
    typeof place === 'number' ? libc.fgetxattr(place, cName, buffer, SIZE) : libc.lgetxattr(place, cName, buffer, SIZE);
  const length = checkedBut(answer, { doing: `reading ${text(name)}`, place, codes: ['ENODATA', 'ENOTSUP'] });
  return length === -1 ? undefined : Buffer.from(buffer.subarray(0, length));
}

/** @throws LibcError */
export function setAttribute(place: string | number, name: Uint8Array, value: Uint8Array): void {
  const [cName, size] = [terminated(name), BigInt(value.length)];
  // A pointer is wanted for an empty value, too.
  const bytes = value.length === 0 ? new Uint8Array(1) : value;
  const answer =
    typeof place === 'number'
      ? libc.fsetxattr(place, cName, bytes, size, 0)
      : libc.lsetxattr(place, cName, bytes, size, 0);
  checked(answer, `setting ${text(name)}`, place);
}

/** Removes an attribute, if there is one. @throws LibcError */
export function removeAttribute(place: string | number, name: Uint8Array): void {
  const cName = terminated(name);
  const answer = typeof place === 'number' ? libc.fremovexattr(place, cName) : libc.lremovexattr(place, cName);
  checkedBut(answer, { doing: `removing ${text(name)}`, place, codes: ['ENODATA', 'ENOTSUP'] });
}

function terminated(name: Uint8Array): Buffer {
  if (name.includes(0)) throw new Error(`the name of an attribute holds a NUL: ${text(name)}`);
  return Buffer.concat([name, Buffer.alloc(1)]);
}

function text(name: Uint8Array): string {
  return Buffer.from(name).toString('utf8');
}
