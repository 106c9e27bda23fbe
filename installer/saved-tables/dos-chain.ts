// The chain of logical partitions of a DOS label: each has a sector of its own (EBR) that names the next one.
// In: a way to read sectors. Out: where the EBRs lie. Never: follows a cycle, or leaves the disk.
import type { Extent } from '../../lib/byte-extents.ts';

/** Bytes of a disk; undefined where they are not known. */
export type ReadBytes = (extent: Extent) => Promise<Uint8Array | undefined>;

export type Geometry = { readonly sizeBytes: number; readonly logicalSectorBytes: number };

const EXTENDED_TYPES: ReadonlySet<number> = new Set([0x05, 0x0f, 0x85]);
const ENTRIES_AT = 446;
const ENTRY_BYTES = 16;
const SIGNATURE_AT = 510;
/** Longer chains are damaged ones; sfdisk makes no more than 60 logical partitions. */
const MAX_LINKS = 256;

/** The EBRs of every extended partition that sector 0 names, each once. */
export async function readDosChain(read: ReadBytes, geometry: Geometry): Promise<Extent[]> {
  const found = new Map<number, Extent>();
  const sector = { offsetBytes: 0, sizeBytes: geometry.logicalSectorBytes };
  for (const extended of extendedStarts(await read(sector))) {
    // Links count from the beginning of the extended partition, not from the EBR that they are in.
    let next: number | undefined = 0;
    while (next !== undefined && found.size < MAX_LINKS) {
      const ebr = sectorAt(extended + next, geometry);
      if (ebr === undefined || found.has(ebr.offsetBytes)) break;
      const bytes = await read(ebr);
      if (bytes === undefined) break;
      found.set(ebr.offsetBytes, ebr);
      [next] = extendedStarts(bytes);
    }
  }
  return [...found.values()];
}

/** First sectors of the extended partitions in a table of four entries, as they are written there. */
function extendedStarts(sector: Uint8Array | undefined): number[] {
  if (sector?.[SIGNATURE_AT] !== 0x55 || sector[SIGNATURE_AT + 1] !== 0xaa) return [];
  const view = new DataView(sector.buffer, sector.byteOffset, sector.byteLength);
  return [0, 1, 2, 3]
    .map((index) => ENTRIES_AT + index * ENTRY_BYTES)
    .filter((entry) => EXTENDED_TYPES.has(view.getUint8(entry + 4)) && view.getUint32(entry + 12, true) > 0)
    .map((entry) => view.getUint32(entry + 8, true))
    .filter((start) => start > 0);
}

function sectorAt(sector: number, { sizeBytes, logicalSectorBytes }: Geometry): Extent | undefined {
  const offsetBytes = sector * logicalSectorBytes;
  return offsetBytes + logicalSectorBytes > sizeBytes ? undefined : { offsetBytes, sizeBytes: logicalSectorBytes };
}
