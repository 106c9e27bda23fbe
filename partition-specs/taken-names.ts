// Names and numbers in use on what the plan leaves alone: LVM makes no second group of a name, mdadm no second array of
// a number, and both would find out after the disks were wiped. In: spec, facts, the disks that are planned. Pure.
import type { Fault } from '../lib/errors.ts';
import { devicesOf } from './device-reach.ts';
import type { Device } from './device-reach.ts';
import { describeDisk } from './disk-facts.ts';
import type { DiskFacts, MachineFacts } from './disk-facts.ts';
import { specFault } from './spec-tokens.ts';
import type { PartitionSpec } from './spec-types.ts';

type Asked = {
  readonly spec: PartitionSpec;
  readonly facts: Pick<MachineFacts, 'disks' | 'stacks'>;
  /** Paths of the disks that are written. */
  readonly granted: readonly string[];
};

/** One fault for each group or volume whose name something has that stays. */
export function takenNames(asked: Asked): Fault[] {
  const { text, groups } = asked.spec;
  const staying = stayingDevices(asked);
  return groups.flatMap((group) => [
    ...takenGroups(group.name, staying).map((where) =>
      specFault(
        { text, column: group.column },
        `a volume group ${group.name} exists already, ${where}, which is not to be touched; LVM makes no second one`,
        'choose another name, or rename the other group: vgrename',
      ),
    ),
    ...takenDirectory(group.name, asked).map((path) =>
      specFault(
        { text, column: group.column },
        `volume group ${group.name} would be /dev/${group.name}, where ${path} lies; LVM makes no group of that name`,
        'choose another name',
      ),
    ),
    ...group.volumes.flatMap(({ name, column }) =>
      staying
        .filter(({ stack }) => stack !== undefined && stack.name === `${group.name}-${name}` && stack.kind !== 'lvm')
        .map(({ path }) =>
          specFault(
            { text, column },
            `volume ${name} would be ${path}, which runs and is not to be touched`,
            `stop it (dmsetup remove), or choose another name`,
          ),
        ),
    ),
  ]);
}

/** Numbers of arrays that run and go on running: `/dev/md0` is 0. */
export function takenArrayNumbers(asked: Omit<Asked, 'spec'>): ReadonlySet<number> {
  const numbers = stayingDevices(asked).flatMap(({ path }) => /^\/dev\/md(\d+)$/.exec(path)?.[1] ?? []);
  return new Set(numbers.map(Number));
}

/** Another array with the name of one of ours: both run, and the names of their devices are no longer alike. */
export function sharedArrayNames(asked: Asked): string[] {
  const found = stayingDevices(asked).flatMap(({ groups, disks }) =>
    groups.filter(({ kind }) => kind === 'raid').map(({ id, name = '' }) => ({ id, name, disks })),
  );
  return asked.spec.arrays.flatMap((array) => {
    // The superblock has the name behind that of the host which made it: `any:sys`.
    const alike = found.filter(({ name }) => name.replace(/^[^:]*:/, '') === array.name);
    const disks = new Set(alike.flatMap((each) => [...each.disks]));
    if (disks.size === 0) return [];
    const where = [...disks].map(describeDisk).join(' and disk ');
    return [
      `an array ${array.name} lies on disk ${where}, too, which is not touched: /dev/md/${array.name} is the one that PARTITION makes, the other gets a number behind its name`,
    ];
  });
}

/** What is not on planned disks alone; those with both are refused as a whole (teardown-faults.ts). */
function stayingDevices({ facts, granted }: Omit<Asked, 'spec'>): Device[] {
  return devicesOf(facts).filter(
    ({ disks }) => disks.size === 0 || [...disks].some(({ path }) => !granted.includes(path)),
  );
}

/** Each once, however many parts it has. */
function takenGroups(name: string, staying: readonly Device[]): string[] {
  const parts = staying.flatMap((device) =>
    device.groups.filter((group) => group.kind === 'lvm' && group.name === name).map(({ id }) => ({ id, device })),
  );
  return [...Map.groupBy(parts, ({ id }) => id).values()].map((found) => {
    const disks = new Set(found.flatMap(({ device }) => [...device.disks]));
    return disks.size === 0
      ? `on ${found[0]?.device.path}`
      : `on disk ${[...disks].map(describeDisk).join(' and disk ')}`;
  });
}

/** Drivers with a directory of their own: `/dev/cciss/c0d0`. */
function takenDirectory(name: string, { facts }: Asked): string[] {
  const paths = facts.disks.flatMap(({ path, partitions }: DiskFacts) => [
    path,
    ...partitions.flatMap((part) => part.path ?? []),
  ]);
  return paths.filter((path) => path.split('/')[2] === name).slice(0, 1);
}
