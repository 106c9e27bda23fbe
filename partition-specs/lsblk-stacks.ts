// Running devices that are built on others, from the tree of lsblk, which shows such a device below each of its
// parents.
import type { Stack } from './disk-facts.ts';
import { isKernelPartition, mountpointsOf } from './lsblk-json.ts';
import type { LsblkDevice } from './lsblk-json.ts';

/** Every one once, with all its parents, each after those that it is built on. */
export function stacksOf(disks: readonly LsblkDevice[]): Stack[] {
  const found = new Map<string, Stack>();
  for (const disk of disks) {
    for (const child of disk.children ?? []) {
      if (isKernelPartition(child)) (child.children ?? []).forEach((holder) => collect(holder, child.path, found));
      else collect(child, disk.path, found);
    }
  }
  return inOrder(found);
}

function collect(device: LsblkDevice, parent: string, found: Map<string, Stack>): void {
  const known = found.get(device.path);
  if (known === undefined) {
    const { path, name } = device;
    found.set(path, { path, name, kind: kindOf(device), parents: [parent], mountpoints: mountpointsOf(device) });
  } else if (!known.parents.includes(parent)) {
    known.parents.push(parent);
  }
  for (const child of device.children ?? []) collect(child, device.path, found);
}

/** lsblk takes the type of a mapped device from the UUID that its maker gave it, and a RAID's from its level. */
const mappedKinds: ReadonlyMap<string, Stack['kind']> = new Map([
  ['lvm', 'lvm'],
  ['crypt', 'crypt'],
  ['mpath', 'multipath'],
]);

function kindOf(device: LsblkDevice): Stack['kind'] {
  if (isKernelPartition(device)) return 'partition';
  if (device.path.startsWith('/dev/mapper/') || /^dm-\d/.test(device.name)) return mappedKinds.get(device.type) ?? 'dm';
  if (device.name.startsWith('md')) return 'raid';
  return /^bcache\d/.test(device.name) ? 'bcache' : 'other';
}

function inOrder(found: ReadonlyMap<string, Stack>): Stack[] {
  const ordered = new Set<Stack>();
  const add = (stack: Stack): void => {
    for (const parent of stack.parents) {
      const below = found.get(parent);
      if (below !== undefined && !ordered.has(below)) add(below);
    }
    ordered.add(stack);
  };
  for (const stack of found.values()) add(stack);
  return [...ordered];
}
