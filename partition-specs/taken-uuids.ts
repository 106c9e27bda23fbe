// If two devices had the same UUID, the machine could mount the wrong one: this is refused before the first write.
import type { Fault } from '../lib/errors.ts';
import { describeDisk } from './disk-facts.ts';
import type { DiskFacts } from './disk-facts.ts';
import { filledPlaces } from './layout.ts';
import type { LayoutArray, LayoutDisk, LayoutGroup } from './layout.ts';

type Planned = {
  readonly disks: readonly LayoutDisk[];
  readonly arrays: readonly LayoutArray[];
  readonly groups: readonly LayoutGroup[];
};

/** One fault for each UUID of the plan that an attached disk carries which the plan leaves alone. */
export function takenUuids(planned: Planned, attached: readonly DiskFacts[]): Fault[] {
  const ours = new Map(uuidsOf(planned).map(([uuid, use]) => [uuid.toLowerCase(), use]));
  const paths = new Set(planned.disks.map((disk) => disk.hardware.path));
  return attached
    .filter((disk) => !paths.has(disk.path))
    .flatMap((disk) =>
      foundUuids(disk).flatMap(([uuid, holder]): Fault[] => {
        const use = ours.get(uuid.toLowerCase());
        if (use === undefined) return [];
        return [
          {
            severity: 'error',
            where: 'PARTITION',
            message: `UUID ${uuid.toLowerCase()}, meant for ${use}, is in use on ${holder} of ${describeDisk(disk)}, which is not to be touched`,
            suggestion:
              'is that a disk of an earlier installation of this machine? detach it, wipe it, or name it in PARTITION',
          },
        ];
      }),
    );
}

/**
 * One fault for each UUID that the plan itself would give twice: a partition that is kept under another letter has the
 * UUIDs of its old one.
 */
export function repeatedUuids({ disks, arrays, groups }: Planned): Fault[] {
  const contents = filledPlaces({ disks: [...disks], arrays: [...arrays], groups: [...groups] });
  const uses = [
    // What is kept may have no name in its table.
    contents.map(({ content, name, device }): [string, string] => [
      content.uuid,
      `the ${content.filesystem} of ${name === '' ? device : name}`,
    ]),
    ...disks
      .filter(({ table }) => table.kind === 'gpt')
      .map(({ partitions }) =>
        partitions.map(({ uuid = '', name, device }): [string, string] => [uuid, `partition ${name} (${device})`]),
      ),
  ];
  return uses.flatMap((list) =>
    list.flatMap(([uuid, use], index): Fault[] => {
      const first = list.slice(0, index).find(([other]) => other.toLowerCase() === uuid.toLowerCase());
      if (first === undefined) return [];
      const message = `UUID ${uuid.toLowerCase()} would be that of ${first[1]} and of ${use}; one of them is kept and was made as another letter`;
      return [
        { severity: 'error', where: 'PARTITION', message, suggestion: 'use a letter that no data partition has had' },
      ];
    }),
  );
}

function uuidsOf({ disks, arrays, groups }: Planned): [uuid: string, use: string][] {
  const places = filledPlaces({ disks: [...disks], arrays: [...arrays], groups: [...groups] });
  return [
    ...disks.flatMap(({ table, name, partitions }): [string, string][] => [
      ...(table.kind === 'gpt' ? [[table.uuid, `the partition table of ${name}`] as [string, string]] : []),
      ...partitions.flatMap((partition): [string, string][] =>
        partition.uuid === undefined ? [] : [[partition.uuid, `partition ${partition.name}`]],
      ),
    ]),
    ...arrays.map(({ uuid, name }): [string, string] => [uuid, `array ${name}`]),
    ...places.map(({ content, name }): [string, string] => [content.uuid, `the ${content.filesystem} of ${name}`]),
  ];
}

function foundUuids(disk: DiskFacts): [uuid: string, holder: string][] {
  const found: [string | undefined, string][] = [
    [disk.table?.uuid, 'the partition table'],
    [disk.fsUuid, 'the whole'],
    ...disk.partitions.flatMap((partition): [string | undefined, string][] => [
      [partition.uuid, `partition ${partition.number}`],
      [partition.fsUuid, `the ${partition.fsType ?? 'content'} in partition ${partition.number}`],
    ]),
  ];
  return found.filter((entry): entry is [string, string] => entry[0] !== undefined);
}
