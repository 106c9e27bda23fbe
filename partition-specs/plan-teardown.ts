// What must be stopped before the first write. In: facts, the disks that may be written, the partitions that stay. Out:
// commands in order, or the reasons against it. Never: I/O; stops anything that reaches another disk.
import type { Fault } from '../lib/errors.ts';
import type { Argv } from '../lib/run-command.ts';
import { devicesOf } from './device-reach.ts';
import type { Device } from './device-reach.ts';
import { BINDING_PREFIX } from './disk-bindings.ts';
import type { MachineFacts } from './disk-facts.ts';
import { keptDevices } from './layout.ts';
import type { Layout } from './layout.ts';
import { planStops } from './plan-stops.ts';
import { findTeardownFaults } from './teardown-faults.ts';

export type TeardownInput = {
  readonly facts: Pick<MachineFacts, 'disks' | 'stacks'>;
  /** Paths of the disks that may be written as a whole. */
  readonly granted: readonly string[];
  /** Paths of partitions on them that stay as they are; they are unmounted all the same. */
  readonly kept: readonly string[];
};

export type TeardownOperation = { readonly argv: Argv; readonly why: string };

/** Swap first, then mounts from the deepest, then what is built on others from the topmost. No operations with faults. */
export function planTeardown(input: TeardownInput): { operations: TeardownOperation[]; faults: Fault[] } {
  const devices = devicesOf(input.facts);
  const faults = findTeardownFaults(devices, input);
  if (faults.length > 0) return { operations: [], faults };
  const running = devices.filter((device) => [...device.disks].some((disk) => input.granted.includes(disk.path)));
  return { operations: [...stopUses(running), ...planStops(running)], faults };
}

/**
 * The same for all disks of a layout: the one judge of what is in the way of it, for plans on paper and for installations.
 * `where` of a fault is the variable that chose the disk.
 */
export function planLayoutTeardown(
  layout: Pick<Layout, 'disks'>,
  facts: TeardownInput['facts'],
): { operations: TeardownOperation[]; faults: Fault[] } {
  const granted = layout.disks.map(({ hardware }) => hardware.path);
  const { operations, faults } = planTeardown({ facts, granted, kept: keptDevices(layout) });
  const chosenBy = new Map(
    layout.disks.map(({ name, hardware, boundBy }) => {
      const variable = `${BINDING_PREFIX}${name}`;
      return [hardware.path, boundBy.startsWith(`${variable}=`) ? variable : 'PARTITION'];
    }),
  );
  return { operations, faults: faults.map((fault) => ({ ...fault, where: chosenBy.get(fault.where) ?? fault.where })) };
}

const SWAP = '[SWAP]';

function stopUses(devices: readonly Device[]): TeardownOperation[] {
  const uses = devices.flatMap(({ path, mountpoints }) => mountpoints.map((mountpoint) => ({ path, mountpoint })));
  const mounts = uses.filter(({ mountpoint }) => mountpoint !== SWAP);
  return [
    ...uses
      .filter(({ mountpoint }) => mountpoint === SWAP)
      .map(({ path }): TeardownOperation => ({ argv: ['swapoff', path], why: `${path} is in use as swap` })),
    ...mounts
      .toSorted((a, b) => depth(b.mountpoint) - depth(a.mountpoint))
      .map(({ path, mountpoint }): TeardownOperation => ({
        argv: ['umount', mountpoint],
        why: `${path} is mounted on ${mountpoint}`,
      })),
  ];
}

function depth(mountpoint: string): number {
  return mountpoint.split('/').filter((name) => name !== '').length;
}
