// What must be stopped before the first write. In: facts, the disks that may be written, the partitions that stay. Out:
// commands in order, or the reasons against it. Never: I/O; stops anything that reaches another disk.
import type { Fault } from '../lib/errors.ts';
import type { Argv } from '../lib/run-command.ts';
import { devicesOf } from './device-reach.ts';
import type { Device } from './device-reach.ts';
import type { MachineFacts } from './disk-facts.ts';
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
