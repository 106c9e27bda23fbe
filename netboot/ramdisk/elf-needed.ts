// The shared libraries that an ELF file asks for. In: the file's bytes. Out: names. Never: I/O.

const ELF_MAGIC = 0x7f454c46;
const PROGRAM_LOAD = 1;
const PROGRAM_DYNAMIC = 2;
const DYNAMIC_NULL = 0;
const DYNAMIC_NEEDED = 1;
const DYNAMIC_STRTAB = 5;
const CLASS_64_LITTLE_ENDIAN = 0x0201;

type Segment = { readonly type: number; readonly offset: number; readonly address: number; readonly size: number };

/**
 * Names of the libraries in DT_NEEDED, in order: `['libblkid.so.1', 'libc.so.6']`; empty for a static program and for
 * anything that is no 64-bit little-endian ELF file (a script).
 * @see System V ABI, chapter 5, Dynamic Linking
 */
export function readNeededLibraries(file: Buffer): string[] {
  if (file.length < 64 || file.readUInt32BE(0) !== ELF_MAGIC) return [];
  if (file.readUInt16BE(4) !== CLASS_64_LITTLE_ENDIAN) return [];
  const segments = readSegments(file);
  const dynamic = segments.find((segment) => segment.type === PROGRAM_DYNAMIC);
  if (dynamic === undefined) return [];
  const entries = readDynamicEntries(file, dynamic);
  const strings = entries.find((entry) => entry.tag === DYNAMIC_STRTAB);
  if (strings === undefined) return [];
  const stringsOffset = fileOffset(segments, strings.value);
  return entries
    .filter((entry) => entry.tag === DYNAMIC_NEEDED)
    .map((entry) => readString(file, stringsOffset + entry.value));
}

function readSegments(file: Buffer): Segment[] {
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

function readDynamicEntries(file: Buffer, dynamic: Segment): { tag: number; value: number }[] {
  const entries = [];
  for (let at = dynamic.offset; at < dynamic.offset + dynamic.size; at += 16) {
    const tag = Number(file.readBigUInt64LE(at));
    if (tag === DYNAMIC_NULL) break;
    entries.push({ tag, value: Number(file.readBigUInt64LE(at + 8)) });
  }
  return entries;
}

/** The dynamic section speaks of addresses in memory; the loadable segments say where those lie in the file. */
function fileOffset(segments: readonly Segment[], address: number): number {
  const home = segments.find((s) => s.type === PROGRAM_LOAD && address >= s.address && address < s.address + s.size);
  if (home === undefined) throw new RangeError(`no segment of the ELF file holds address ${address}`);
  return address - home.address + home.offset;
}

function readString(file: Buffer, start: number): string {
  return file.toString('latin1', start, file.indexOf(0, start));
}
