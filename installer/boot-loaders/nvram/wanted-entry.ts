// Boot entries of the firmware as they should be. In: EFI system partitions. Out: one entry for each. Pure.
import type { Esp } from '../esp/find-esps.ts';

export type WantedEntry = {
  readonly label: string;
  readonly partUuid: string;
  /** As firmware writes it: `\EFI\debian\shimx64.efi`. */
  readonly loaderPath: string;
  readonly diskPath: string;
  readonly number: number;
};

/** `debian`, or with several disks `debian (disk0)`: of two entries with one name, people cannot tell which disk it is. */
export function entryLabel(vendor: string, { disk }: Esp, esps: readonly Esp[]): string {
  return esps.length > 1 ? `${vendor} (${disk})` : vendor;
}

export function wantedEntry({ partUuid, diskPath, number }: Esp, label: string, path: string): WantedEntry {
  return { label, partUuid, loaderPath: `\\${path.replaceAll('/', '\\')}`, diskPath, number };
}
