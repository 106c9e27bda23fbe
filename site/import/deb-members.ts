// From a Debian package to the places of its two archives. In: the bytes of an ar archive. Out: where control.tar and
// data.tar are. Never: accepts a package with other parts, or another order, than deb(5) says.
import { UserError } from '../../lib/errors.ts';
import type { ByteSource } from './byte-source.ts';

export const DEB_MAGIC = '!<arch>\n';

/** A part of the file. */
export type DebPart = { readonly start: number; readonly sizeBytes: number };

const HEADER_BYTES = 60;
/** debian-binary, control.tar, data.tar, and what tools for signatures add. */
const MOST_MEMBERS = 32;

/** @throws UserError (exit code 2) with the place of what is wrong @see deb(5), ar(5) */
export function findDebMembers(source: ByteSource): { readonly control: DebPart; readonly data: DebPart } {
  const found: { readonly name: string; readonly part: DebPart }[] = [];
  for (let position = DEB_MAGIC.length; position < source.sizeBytes;) {
    const { name, sizeBytes } = readHeader(source, position);
    const start = position + HEADER_BYTES;
    if (start + sizeBytes > source.sizeBytes)
      throw wrong(source, position, `the package is cut off: ${name} begins here`);
    // Names with an underscore are for others.
    if (!name.startsWith('_')) found.push({ name, part: { start, sizeBytes } });
    if (found.length > MOST_MEMBERS) throw wrong(source, position, 'it has too many parts');
    position = start + sizeBytes + (sizeBytes % 2);
  }
  const [version, control, data] = found;
  const names = found.map(({ name }) => name).join(', ');
  if (
    version === undefined ||
    control === undefined ||
    data === undefined ||
    !/^debian-binary control\.tar(?:\.\w+)? data\.tar(?:\.\w+)?$/.test(names.replaceAll(',', ''))
  ) {
    throw wrong(
      source,
      0,
      `a Debian package has debian-binary, control.tar and data.tar in this order, and this one ${names || 'nothing'}`,
    );
  }
  const text = source.read(version.part.start, Math.min(16, version.part.sizeBytes)).toString('latin1');
  if (!/^2\.\d+\n/.test(text))
    throw wrong(source, version.part.start, 'it is a Debian package of another version than 2');
  return { control: control.part, data: data.part };
}

function readHeader(source: ByteSource, position: number): { name: string; sizeBytes: number } {
  const header = source.read(position, HEADER_BYTES).toString('latin1');
  const match = /^(.{16}).{32}(\d{1,10}) *`\n$/s.exec(header);
  const name = /^([\w.+-]{1,15})\/? *$/.exec(match?.[1] ?? '')?.[1];
  if (match === null || name === undefined)
    throw wrong(source, position, 'there is no header of a part of a Debian package');
  return { name, sizeBytes: Number(match[2]) };
}

function wrong({ what }: ByteSource, position: number, fault: string): UserError {
  return new UserError(`importing ${what}: at byte ${position}: ${fault}; nothing was changed`, { exitCode: 2 });
}
