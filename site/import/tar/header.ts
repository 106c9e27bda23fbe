// One header block of a tar archive. In: 512 bytes. Out: its fields as they are, or their fault. Never: I/O; reads pax
// records, which may override it.

export const BLOCK_BYTES = 512;

/** `name` has the prefix of the ustar format. Texts are bytes: a name need not be UTF-8. */
export type TarHeader = {
  readonly name: Buffer;
  readonly linkName: Buffer;
  /** One character; `0` for the NUL of the oldest archives. */
  readonly typeflag: string;
  /** Permission bits with setuid, setgid and sticky. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly sizeBytes: number;
  readonly mtimeSeconds: number;
  /** Empty where the format has none. */
  readonly user: Buffer;
  readonly group: Buffer;
  readonly isGnu: boolean;
};

const NUMBERS = {
  mode: [100, 8],
  uid: [108, 8],
  gid: [116, 8],
  sizeBytes: [124, 12],
  mtimeSeconds: [136, 12],
} as const;

/**
 * The fields of a header block, or what is wrong with it.
 * @see POSIX.1-2017 pax, "ustar Interchange Format"; the GNU tar manual, "Basic Tar Format"
 */
export function parseHeader(block: Buffer): TarHeader | { readonly fault: string } {
  if (!hasChecksum(block)) return { fault: 'there is no header of a member: its checksum is wrong' };
  const numbers = { mode: 0, uid: 0, gid: 0, sizeBytes: 0, mtimeSeconds: 0 };
  for (const [field, [offset, length]] of Object.entries(NUMBERS)) {
    const value = parseNumber(block.subarray(offset, offset + length));
    if (value === undefined || (value < 0 && field !== 'mtimeSeconds'))
      return { fault: `the field ${field} does not hold a valid number` };
    numbers[field as keyof typeof NUMBERS] = value;
  }
  const magic = block.toString('latin1', 257, 263);
  const hasNames = magic === 'ustar\0' || magic === 'ustar ';
  const prefix = magic === 'ustar\0' ? cString(block, 345, 155) : Buffer.alloc(0);
  const name = cString(block, 0, 100);
  return {
    ...numbers,
    mode: numbers.mode & 0o7777,
    name: prefix.length === 0 ? name : Buffer.concat([prefix, Buffer.from('/'), name]),
    linkName: cString(block, 157, 100),
    typeflag: block[156] === 0 ? '0' : String.fromCharCode(block[156] ?? 0),
    user: hasNames ? cString(block, 265, 32) : Buffer.alloc(0),
    group: hasNames ? cString(block, 297, 32) : Buffer.alloc(0),
    isGnu: magic === 'ustar ',
  };
}

/**
 * A numeric field: octal digits, or two's complement of many bytes whose first bit is set (GNU, star); 0 when it is
 * empty, undefined for anything else and for what a double cannot hold.
 */
export function parseNumber(field: Buffer): number | undefined {
  const first = field[0] ?? 0;
  if ((first & 0x80) === 0) {
    const digits = /^ *([0-7]*)[ \0]*$/.exec(field.toString('latin1'))?.[1];
    return digits === undefined ? undefined : safe(BigInt(digits === '' ? 0 : `0o${digits}`));
  }
  // The first bit only says that the number is binary; the second is its sign.
  const bits = BigInt(field.length * 8 - 1);
  const value = BigInt.asUintN(Number(bits), BigInt(`0x${field.toString('hex')}`));
  return safe(BigInt.asIntN(Number(bits), value));
}

function safe(value: bigint): number | undefined {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : undefined;
}

/** Whether the checksum of a block is right, as no block of anything else is. Old writers added signed bytes. */
export function hasChecksum(block: Buffer): boolean {
  const field = block.subarray(148, 156);
  const expected = parseNumber(field);
  const spaces = 8 * 0x20;
  let [unsigned, signed] = [spaces, spaces];
  for (const [index, byte] of block.entries()) {
    if (index >= 148 && index < 156) continue;
    unsigned += byte;
    signed += byte > 127 ? byte - 256 : byte;
  }
  return expected === unsigned || expected === signed;
}

function cString(block: Buffer, offset: number, length: number): Buffer {
  const field = block.subarray(offset, offset + length);
  const end = field.indexOf(0);
  return Buffer.from(end === -1 ? field : field.subarray(0, end));
}
