// What the facts of a disk are once a layout has been written to it.
import type { DiskFacts, ExistingPartition } from '../disk-facts.ts';
import { filesystemOf } from '../filesystems/all.ts';
import type { LayoutDisk, LayoutPartition } from '../layout.ts';

/** The disk `before`, with the table and the file systems of its layout. */
export function writtenDisk(before: DiskFacts, { table, partitions }: LayoutDisk): DiskFacts {
  const uuid = table.kind === 'gpt' ? table.uuid : 'id' in table ? table.id : undefined;
  return {
    ...before,
    table: { kind: table.kind, ...(uuid === undefined ? {} : { uuid }) },
    partitions: partitions.map((partition) => written(partition, table.kind === 'gpt')),
  };
}

function written({ content, partOf, ...partition }: LayoutPartition, named: boolean): ExistingPartition {
  const { number, device, startSector, sizeSectors, type, uuid, name, attrs, bootable } = partition;
  const filled = content === undefined ? {} : contentFacts(content);
  const part =
    partOf === undefined
      ? {}
      : { fsType: partOf.kind === 'lvm' ? 'LVM2_member' : 'linux_raid_member', fsUuid: partOf.uuid };
  return {
    number,
    path: device,
    startSector,
    sizeSectors,
    type,
    ...(uuid === undefined ? {} : { uuid }),
    ...(named && name !== '' ? { label: name } : {}),
    ...(attrs === undefined ? {} : { attrs }),
    ...(bootable === true ? { bootable } : {}),
    ...filled,
    ...part,
    mountpoints: [],
    holders: [],
  };
}

function contentFacts({ filesystem, uuid, label }: NonNullable<LayoutPartition['content']>) {
  const fsType = filesystemOf(filesystem).blkidType;
  return { fsType, fsUuid: uuid, ...(label === undefined ? {} : { fsLabel: label }) };
}
