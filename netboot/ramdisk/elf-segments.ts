// What a kernel loads of an ELF file. In: the file's bytes. Out: segments, or the file without what nobody loads. Never:
// I/O; cares for which processor the program is.

const ELF_MAGIC = 0x7f454c46;
const CLASS_64_LITTLE_ENDIAN = 0x0201;
const HEADER_BYTES = 64;

export type Segment = {
  readonly type: number;
  readonly offset: number;
  readonly address: number;
  /** In the file. */
  readonly size: number;
};

/**
 * Its program headers; empty for anything that is not a 64-bit little-endian ELF file (a script).
 * @see System V ABI, chapter 5, Program Header
 */
export function readSegments(file: Buffer): Segment[] {
  if (file.length < HEADER_BYTES || file.readUInt32BE(0) !== ELF_MAGIC) return [];
  if (file.readUInt16BE(4) !== CLASS_64_LITTLE_ENDIAN) return [];
  const tableOffset = Number(file.readBigUInt64LE(32));
  const entrySize = file.readUInt16LE(54);
  const count = file.readUInt16LE(56);
  return Array.from({ length: count }, (_, index) => {
    const at = tableOffset + index * entrySize;
    return {
      type: file.readUInt32LE(at),
      offset: Number(file.readBigUInt64LE(at + 8)),
      address: Number(file.readBigUInt64LE(at + 16)),
      size: Number(file.readBigUInt64LE(at + 32)),
    };
  });
}

/**
 * The program without what lies behind its last segment: symbols, and the table of sections, which only linkers and
 * debuggers read. strip(1) does as much, but only to programs of this computer's processor.
 */
export function cutAfterSegments(file: Buffer): Buffer {
  const end = Math.max(0, ...readSegments(file).map(({ offset, size }) => offset + size));
  if (end < HEADER_BYTES) return file;
  const cut = Buffer.from(file.subarray(0, end));
  cut.writeBigUInt64LE(0n, 40);
  // Number of sections, and which of them has their names.
  cut.writeUInt32LE(0, 60);
  return cut;
}
