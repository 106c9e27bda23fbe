// The shared libraries that an ELF file asks for. In: the file's bytes. Out: names. Never: I/O.
import { readSegments } from './elf-segments.ts';
import type { Segment } from './elf-segments.ts';

const PROGRAM_LOAD = 1;
const PROGRAM_DYNAMIC = 2;
const DYNAMIC_NULL = 0;
const DYNAMIC_NEEDED = 1;
const DYNAMIC_STRTAB = 5;

/**
 * Names of the libraries in DT_NEEDED, in order: `['libblkid.so.1', 'libc.so.6']`; empty for a static program and for
 * anything that is no 64-bit little-endian ELF file (a script).
 * @see System V ABI, chapter 5, Dynamic Linking
 */
export function readNeededLibraries(file: Buffer): string[] {
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
