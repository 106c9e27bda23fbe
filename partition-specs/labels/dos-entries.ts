// The four entries of a master boot record. In: the first sector of a disk. Out: entries in use. Pure.

const ENTRIES_AT = 446;
const ENTRY_BYTES = 16;
const MARK_AT = 510;

export type DosEntry = {
  /** In hexadecimal, as sfdisk prints it. */
  readonly type: string;
  readonly startSector: number;
  readonly sizeSectors: number;
};

/** None when the sector does not end in 55AA. @see the layout in dos-label.ts */
export function readDosEntries(sector: Uint8Array): DosEntry[] {
  if (sector[MARK_AT] !== 0x55 || sector[MARK_AT + 1] !== 0xaa) return [];
  const view = new DataView(sector.buffer, sector.byteOffset, sector.byteLength);
  return [0, 1, 2, 3]
    .map((index) => ENTRIES_AT + index * ENTRY_BYTES)
    .filter((at) => view.getUint8(at + 4) !== 0)
    .map((at) => ({
      type: view.getUint8(at + 4).toString(16),
      startSector: view.getUint32(at + 8, true),
      sizeSectors: view.getUint32(at + 12, true),
    }));
}
