import { bios } from './bios.ts';
import type { FirmwareKind } from './firmware-kind.ts';
import { uefi } from './uefi.ts';

/** For disks that move between machines: what either firmware needs, on a table that either can start from. */
export const both: FirmwareKind = {
  ...bios,
  name: 'both',
  title: 'BIOS and UEFI',
  tables: ['gpt'],
  onBootDisk: { gpt: [...(bios.onBootDisk.gpt ?? []), ...(uefi.onBootDisk.gpt ?? [])] },
};
