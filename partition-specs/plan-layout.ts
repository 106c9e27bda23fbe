// partition-specs: what the PARTITION variable means for the disks of one machine.
// In: the text (spec.ts), the machine's facts, DISK_ bindings, the machine's id. Out: a layout with every sector,
// number, UUID and verdict settled (this file), from which operations and fstab are rendered (render/).
// Never: touches a disk, runs a program, reads a clock or a file, draws a random number.
import { FaultsError } from '../lib/errors.ts';
import type { Fault } from '../lib/errors.ts';
import { bindDisks } from './bind-disks.ts';
import { describeDisk } from './disk-facts.ts';
import type { DiskFacts, MachineFacts } from './disk-facts.ts';
import type { Layout, LayoutDisk } from './layout.ts';
import { hardwareOf, planDisk } from './plan-disk.ts';
import { checkSpecSupport } from './spec-support.ts';
import type { SupportedSpec } from './spec-support.ts';
import { specFault } from './spec-tokens.ts';
import type { PartitionSpec } from './spec-types.ts';

export type LayoutInput = {
  readonly spec: PartitionSpec;
  readonly facts: MachineFacts;
  /** Logical name → selector, from `diskBindings(record)`. */
  readonly bindings: Readonly<Record<string, string>>;
  /** A UUID; every UUID of the layout derives from it. */
  readonly machineId: string;
  /** ROOTFS of the record. */
  readonly rootfs?: string | undefined;
  /** OS family, `linux` unless given. */
  readonly family?: string | undefined;
};

/**
 * Settles a machine's disk layout. Pure: the same input gives the same layout.
 * @throws FaultsError with all faults of one stage: what is not supported; how disks are bound and what does not fit.
 */
export function planLayout(input: LayoutInput): Layout {
  const { facts, machineId, rootfs, family } = input;
  const supported = checkSpecSupport({ spec: input.spec, rootfs, family, firmware: facts.firmware });
  const { disks, faults } = planDisks(supported, input);
  faults.push(...takenUuids(disks, facts.disks));
  if (faults.length > 0) throw new FaultsError(`the disk layout of machine ${machineId}`, faults);
  return {
    version: 1,
    machineId,
    family: supported.family.name,
    firmware: supported.firmware.name,
    spec: supported.spec.text,
    disks,
    bootDisk: bootDiskName(supported.spec),
    untouched: untouchedDisks(disks, facts.disks),
    notes: [...supported.notes],
  };
}

function planDisks(supported: SupportedSpec, input: LayoutInput): { disks: LayoutDisk[]; faults: Fault[] } {
  const { spec, family, firmware } = supported;
  const names = spec.disks.map((disk) => disk.name);
  const { bound, faults } = bindDisks(names, input.bindings, input.facts.disks);
  const bootDisk = bootDiskName(spec);
  const disks: LayoutDisk[] = [];
  for (const diskSpec of spec.disks) {
    const hardware = bound.get(diskSpec.name);
    if (hardware === undefined) continue;
    const added = diskSpec.name === bootDisk ? firmware.onBootDisk : [];
    const common = { family, machineId: input.machineId, text: spec.text };
    const planned = planDisk({ ...common, spec: diskSpec, bound: hardware, added });
    if (!Array.isArray(planned)) disks.push(planned);
    else faults.push(...planned.map(({ column, message }) => specFault({ text: spec.text, column }, message)));
  }
  return { disks, faults };
}

/** The firmware starts the disk with the kernel on it: the one of /boot, else the one of /. */
function bootDiskName(spec: PartitionSpec): string {
  const holds = (mountPoint: string) =>
    spec.disks.find((disk) => disk.partitions.some((partition) => partition.mountPoint === mountPoint));
  const disk = holds('/boot') ?? holds('/');
  if (disk === undefined) throw new Error('a spec without a root passed checkSpecSupport');
  return disk.name;
}

/** Two devices with one UUID, and the machine mounts the wrong one: refused before the first write. */
function takenUuids(planned: readonly LayoutDisk[], attached: readonly DiskFacts[]): Fault[] {
  const ours = new Map(planned.flatMap(uuidsOf));
  return othersThan(planned, attached).flatMap((disk) =>
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

function uuidsOf(disk: LayoutDisk): [uuid: string, use: string][] {
  return [
    [disk.table.uuid, `the partition table of ${disk.name}`],
    ...disk.partitions.flatMap((partition): [string, string][] => [
      [partition.uuid, `partition ${partition.name}`],
      ...(partition.content === undefined
        ? []
        : [[partition.content.uuid, `the ${partition.content.filesystem} of ${partition.name}`] as [string, string]]),
    ]),
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

function othersThan(planned: readonly LayoutDisk[], attached: readonly DiskFacts[]): DiskFacts[] {
  const paths = new Set(planned.map((disk) => disk.hardware.path));
  return attached.filter((disk) => !paths.has(disk.path));
}

function untouchedDisks(planned: readonly LayoutDisk[], attached: readonly DiskFacts[]): Layout['untouched'] {
  return othersThan(planned, attached)
    .filter((disk) => disk.kind === 'disk' && disk.sizeBytes > 0)
    .map((disk) => Object.assign(hardwareOf(disk), { why: 'PARTITION does not name it' }));
}
