// Which disks each device is on: itself, a partition, or what is built on them. In: facts. Out: devices. Never: I/O.
import type { DiskFacts, Group, MachineFacts, Stack } from './disk-facts.ts';
import { groupsOf } from './group-of.ts';
import { partitionNumber } from './linux-device-path.ts';

/** A disk, a partition or a stack, with all disks below it. */
export type Device = {
  readonly path: string;
  readonly disks: ReadonlySet<DiskFacts>;
  readonly mountpoints: readonly string[];
  /** What it is a member of. */
  readonly groups: readonly Group[];
  /** What it is where it is built on others. */
  readonly stack?: Stack;
};

/** Every device of the machine, what it is built on before itself. */
export function devicesOf({ disks, stacks }: Pick<MachineFacts, 'disks' | 'stacks'>): Device[] {
  const known = new Map<string, Device>();
  for (const disk of disks) {
    known.set(disk.path, device(disk.path, disk, new Set([disk])));
    for (const part of disk.partitions) {
      const path = part.path ?? `partition ${part.number} of ${disk.path}`;
      known.set(path, device(path, part, new Set([disk])));
    }
  }
  for (const stack of stacks) {
    const below = stack.parents.flatMap((path) => [...(known.get(path)?.disks ?? disksByName(path, disks))]);
    known.set(stack.path, { ...device(stack.path, stack, new Set(below)), stack });
  }
  return [...known.values()];
}

type Found = Parameters<typeof groupsOf>[0] & { readonly mountpoints: readonly string[] };

function device(path: string, found: Found, disks: ReadonlySet<DiskFacts>): Device {
  return { path, disks, mountpoints: found.mountpoints, groups: groupsOf(found) };
}

/** The kernel may show a partition that the table does not have any more. */
function disksByName(path: string, disks: readonly DiskFacts[]): DiskFacts[] {
  return disks.filter((disk) => partitionNumber(disk.path, path) !== undefined);
}
