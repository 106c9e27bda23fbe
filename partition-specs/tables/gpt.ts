// The GUID partition table: where partitions may lie, and the type GUIDs in use.

const ENTRIES_BYTES = 128 * 128;

/** Type GUIDs in lower case. @see UEFI 2.10 §5.3.3 and the Discoverable Partitions Specification */
export const gptTypes = {
  biosBoot: '21686148-6449-6e6f-744e-656564454649',
  linux: '0fc63daf-8483-4772-8e79-3d69d8477de4',
  linuxHome: '933ac7e1-2eb4-4f13-b844-0e14e2aef915',
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
