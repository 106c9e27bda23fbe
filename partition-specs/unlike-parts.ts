// Parts of one array or group that are not alike. In: what is planned. Out: problems and notes. Pure.
import { formatBytes } from '../lib/bytes.ts';
import type { Problem } from './disk-task.ts';
import { sectorBytesOf } from './sector-bytes.ts';
import type { Planned } from './sector-bytes.ts';
import type { PartitionSpec } from './spec-types.ts';

/** LVM refuses physical volumes with different sectors in one group. @see lvm.conf(5), allow_mixed_block_sizes */
export function mixedGroups(spec: PartitionSpec, planned: Planned): Problem[] {
  return planned.groups.flatMap(({ name, parts }) => {
    const sectors = parts.map((part) => ({ part, sectorBytes: sectorBytesOf(part, planned) }));
    const column = spec.groups.find((group) => group.name === name)?.column ?? 1;
    if (new Set(sectors.map(({ sectorBytes }) => sectorBytes)).size < 2) return [];
    const list = sectors.map(({ part, sectorBytes }) => `${part} of ${sectorBytes}`).join(', ');
    const message = `the parts of volume group ${name} have sectors of different sizes (in bytes: ${list}), which LVM does not put together; make two groups`;
    return [{ column, message }];
  });
}

/** md takes both; people may not have meant it. */
export function unlikeMirrors({ disks, arrays }: Planned): string[] {
  return arrays.flatMap(({ name, members }) => {
    const parts = members.flatMap(({ disk: diskName, number }) => {
      const disk = disks.find((each) => each.name === diskName);
      const partition = disk?.partitions.find((each) => each.number === number);
      if (disk === undefined || partition === undefined) return [];
      const sectorBytes = disk.hardware.logicalSectorBytes;
      return [{ device: partition.device, sectorBytes, sizeBytes: partition.sizeSectors * sectorBytes }];
    });
    return [...unusedNotes(name, parts), ...sectorNotes(name, parts)];
  });
}

type Part = { readonly device: string; readonly sectorBytes: number; readonly sizeBytes: number };

function unusedNotes(name: string, parts: readonly Part[]): string[] {
  const smallest = Math.min(...parts.map(({ sizeBytes }) => sizeBytes));
  const larger = parts.filter(({ sizeBytes }) => sizeBytes > smallest);
  if (larger.length === 0) return [];
  const unused = larger.map(({ device, sizeBytes }) => `${formatBytes(sizeBytes - smallest)} of ${device}`).join(', ');
  return [`array ${name} is as large as its smallest member: ${unused} stay unused`];
}

function sectorNotes(name: string, parts: readonly Part[]): string[] {
  if (new Set(parts.map(({ sectorBytes }) => sectorBytes)).size < 2) return [];
  const list = parts.map(({ device, sectorBytes }) => `${device} of ${sectorBytes}`).join(', ');
  return [`array ${name} has the larger sectors of its members (in bytes: ${list})`];
}
