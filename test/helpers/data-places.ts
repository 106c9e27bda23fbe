// The data partitions of a virtual machine that is switched off: where they lie and what they hold, or filled.
import type { VirtualDisk } from '../../rehearse/qemu-argv.ts';
import { findByLabel } from './disk-image.ts';
import type { ImagePartition } from './disk-image.ts';
import { fillPartition, readPartition } from './fill-partition.ts';

/** Which disk of the machine, and the label of the file system. */
export type DataPlaces = readonly { readonly disk: number; readonly label: string }[];

/** Where a data partition is, to the byte, and its files by digest. */
export type Data = { readonly place: ImagePartition; readonly files: readonly string[] };

type Machine = { readonly disks: readonly VirtualDisk[] };

/** Fills every one of them. */
export async function fillData({ disks }: Machine, places: DataPlaces, seed: string): Promise<Data[]> {
  const data: Data[] = [];
  for (const { disk, label } of places) {
    const place = await findByLabel(disks[disk]?.file ?? '', label);
    data.push({ place, files: await fillPartition(place, `${seed} ${label}`) });
  }
  return data;
}

/** As they are now. @throws Error when one is not found or its file system is not clean */
export async function readData({ disks }: Machine, places: DataPlaces): Promise<Data[]> {
  const data: Data[] = [];
  for (const { disk, label } of places) {
    const place = await findByLabel(disks[disk]?.file ?? '', label);
    data.push({ place, files: await readPartition(place) });
  }
  return data;
}
