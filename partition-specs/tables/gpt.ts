// The GUID partition table: where partitions may lie, and the type GUIDs in use.
import { MiB } from '../../lib/bytes.ts';
import type { TableKind } from './table-kind.ts';

const ENTRIES_BYTES = 128 * 128;

/** Type GUIDs in lower case. @see UEFI 2.10 §5.3.3 and the Discoverable Partitions Specification */
export const gptTypes = {
  biosBoot: '21686148-6449-6e6f-744e-656564454649',
  efiSystem: 'c12a7328-f81f-11d2-ba4b-00a0c93ec93b',
  basicData: 'ebd0a0a2-b9e5-4433-87c0-68b6b72699c7',
  linux: '0fc63daf-8483-4772-8e79-3d69d8477de4',
  linuxHome: '933ac7e1-2eb4-4f13-b844-0e14e2aef915',
  linuxLvm: 'e6d6d379-f507-44c2-a23c-238f2a3df928',
  linuxRaid: 'a19d880f-05fc-4d3b-a006-743f0f84911e',
  linuxRootX64: '4f68bce3-e8cd-4db1-96e7-fbcaf984b709',
  linuxSwap: '0657fd6d-a4ab-43c4-84e5-0933c84b4f4f',
} as const;

/**
 * First and last sector that a partition may use, both included. A GPT of 128 entries has a protective MBR, a
 * header and 16 KiB of entries in front, entries and a header behind: 34 and 33 sectors of 512 bytes, 6 and 5 of 4096.
 * @see UEFI 2.10 §5.3.1
 */
export function gptUsableSectors(sizeBytes: number, sectorBytes: number): { first: number; last: number } {
  const total = Math.floor(sizeBytes / sectorBytes);
  const entries = Math.ceil(ENTRIES_BYTES / sectorBytes);
  return { first: entries + 2, last: total - entries - 2 };
}

export const gpt: TableKind = {
  name: 'gpt',
  // Right for every sector and erase block in use. The first unit holds the table.
  fixedUnitBytes: MiB,
  unitBytesOf: () => MiB,
  usableUnits: ({ sizeBytes, logicalSectorBytes }) => {
    const { last } = gptUsableSectors(sizeBytes, logicalSectorBytes);
    return { first: 1, end: Math.floor(((last + 1) * logicalSectorBytes) / MiB) };
  },
  sectorBytes: [512, 1024, 2048, 4096],
  logicalPartitions: false,
  names: true,
  describe: ({ sizeBytes, logicalSectorBytes }, { uuid, foundId }) => {
    const { first, last } = gptUsableSectors(sizeBytes, logicalSectorBytes);
    return { kind: 'gpt', uuid: foundId ?? uuid, firstSector: first, lastSector: last };
  },
};
