// partition-specs: what the PARTITION variable means for the disks of one machine.
// In: the text (spec.ts), the machine's facts, DISK_ bindings, the machine's id, what the server recorded about data
// partitions. Out: a layout with every sector, number, UUID and verdict (this file), from which an OS family renders
// operations and fstab (os-families/, render/).
// Never: touches a disk, runs a program, reads a clock or a file, draws a random number.
import { formatBytes, MiB } from '../lib/bytes.ts';
import { FaultsError } from '../lib/errors.ts';
import type { Fault } from '../lib/errors.ts';
import { bindDisks } from './bind-disks.ts';
import type { BoundDisk } from './bind-disks.ts';
import { bootDiskNames, bootPlaces } from './boot-disks.ts';
import { bootNotes } from './boot-notes.ts';
import { chooseTable } from './choose-table.ts';
import { checkNewData } from './check-new-data.ts';
import { BINDING_PREFIX } from './disk-bindings.ts';
import { describeDisk } from './disk-facts.ts';
import type { DiskFacts, MachineFacts } from './disk-facts.ts';
import type { AddedPartition, FirmwareKind } from './firmware/firmware-kind.ts';
import type { Layout, LayoutDisk } from './layout.ts';
import { noteKnownEmpty } from './known-empty.ts';
import { isLogicalPin } from './place-partitions.ts';
import { planData } from './plan-data.ts';
import type { RecordedExtent } from './find-data.ts';
import type { DataPlan } from './plan-data.ts';
import { hardwareOf, planDisk } from './plan-disk.ts';
import { planStacks } from './plan-stacks.ts';
import { inCylinders } from './spec-size.ts';
import { checkSpecSupport } from './spec-support.ts';
import type { SupportedSpec } from './spec-support.ts';
import { specFault } from './spec-tokens.ts';
import { contentsOf } from './spec-types.ts';
import type { DiskSpec, PartitionSpec } from './spec-types.ts';
import type { TableKind } from './tables/table-kind.ts';
import { sharedArrayNames, takenArrayNumbers, takenNames } from './taken-names.ts';
import { repeatedUuids, takenUuids } from './taken-uuids.ts';

export type LayoutInput = {
  readonly spec: PartitionSpec;
  readonly facts: MachineFacts;
  /** Logical name → selector, from `diskBindings(record)`. */
  readonly bindings: Readonly<Record<string, string>>;
  /** A UUID; every UUID of the layout derives from it. */
  readonly machineId: string;
  /** For which firmware, where it is not the machine's own: `wantedFirmware` says. */
  readonly firmware?: string | undefined;
  /** ROOTFS of the record. */
  readonly rootfs?: string | undefined;
  /** OS family, `linux` unless given. */
  readonly family?: string | undefined;
  /** Data partitions as the server knows them, each looked at where it lies. */
  readonly recorded?: readonly RecordedExtent[] | undefined;
  /** Data partitions that may be made for the first time: `h`, `disk0h`. */
  readonly initData?: readonly string[] | undefined;
  /** Serial numbers of disks whose unreadable or unknown content counts as free space for them. */
  readonly knownEmpty?: readonly string[] | undefined;
};

/**
 * Settles a machine's disk layout. Pure: the same input gives the same layout.
 * @throws FaultsError with all faults of one stage: what is not supported; how disks are bound and what does not fit.
 */
export function planLayout(input: LayoutInput): Layout {
  const { facts, machineId, rootfs, family } = input;
  const { bound, faults } = bindDisks(
    input.spec.disks.map((disk) => disk.name),
    input.bindings,
    facts.disks,
  );
  const foundTables = keptTables(input.spec, bound);
  const supported = checkSpecSupport({
    spec: input.spec,
    rootfs,
    foundTables,
    family,
    firmware: input.firmware ?? facts.firmware,
  });
  const spec = withCylinders(supported.spec, bound);
  const { recorded = [], initData = [], knownEmpty = [] } = input;
  const data = planData({ spec, bound, disks: facts.disks, machineId, family: supported.family, recorded, initData });
  faults.push(...data.faults);
  const disks = planDisks({ ...supported, spec }, { input, bound, data, faults });
  const complete = disks.length === spec.disks.length;
  const granted = [...bound.values()].map(({ disk }) => disk.path);
  faults.push(...takenNames({ spec, facts, granted }));
  const stacks = planStacks({
    spec,
    disks: complete ? disks : [],
    family: supported.family,
    machineId,
    takenArrays: takenArrayNumbers({ facts, granted }),
  });
  faults.push(...stacks.problems.map(({ column, message }) => specFault({ text: spec.text, column }, message)));
  const { family: osFamily } = supported;
  faults.push(...checkNewData({ disks, attached: facts.disks, data, spec, machineId, family: osFamily }));
  const empty = noteKnownEmpty(knownEmpty, disks);
  if (complete) faults.push(...empty.faults);
  if (!contentsOf(input.spec).some(({ mountPoint }) => mountPoint === '/')) faults.push(...otherRoot(disks, rootfs));
  faults.push(...takenUuids({ disks, ...stacks }, facts.disks), ...repeatedUuids({ disks, ...stacks }));
  if (faults.length > 0) throw new FaultsError(`the disk layout of machine ${machineId}`, faults);
  return {
    version: 2,
    machineId,
    family: supported.family.name,
    firmware: supported.firmware.name,
    spec: spec.text,
    disks,
    arrays: [...stacks.arrays],
    groups: [...stacks.groups],
    bootDisks: bootDiskNames(spec),
    untouched: untouchedDisks(disks, facts.disks),
    notes: [
      ...supported.notes,
      ...data.notes,
      ...empty.notes,
      ...stacks.notes,
      ...sharedArrayNames({ spec, facts, granted }),
      ...bootNotes({ disks, ...stacks }, supported),
    ],
  };
}

/** Where partitions are kept, the table stays of the kind that it is. */
function keptTables({ disks }: PartitionSpec, bound: ReadonlyMap<string, BoundDisk>): ReadonlyMap<string, string> {
  return new Map(
    disks
      .filter(({ partitions }) => partitions.some(({ data }) => data))
      .flatMap(({ name }) => {
        const kind = bound.get(name)?.disk.table?.kind;
        return kind === undefined ? [] : [[name, kind] as const];
      }),
  );
}

/** Around partitions that are kept, logical ones may come to lie in another order than in the text. */
function otherRoot(disks: readonly LayoutDisk[], rootfs = ''): Fault[] {
  return disks.flatMap(({ name, partitions }): Fault[] => {
    const root = partitions.find(({ content }) => content?.mountPoint === '/');
    const number = rootfs.startsWith(name) ? /^p?(\d+)$/.exec(rootfs.slice(name.length))?.[1] : undefined;
    if (root === undefined || number === undefined || Number(number) === root.number) return [];
    const letter = `${name}${root.letter}`;
    const message = `ROOTFS=${rootfs} is letter ${root.letter} by the order of PARTITION, but beside what is kept it would be ${root.device}`;
    return [{ severity: 'error', where: 'ROOTFS', message, suggestion: `name it by its letter: ROOTFS=${letter}` }];
  });
}

/** Bare numbers count the cylinders of the disk that they are for. */
function withCylinders(spec: PartitionSpec, bound: ReadonlyMap<string, BoundDisk>): PartitionSpec {
  const disks = spec.disks.map((disk) => {
    const geometry = bound.get(disk.name)?.disk.geometry;
    if (geometry === undefined) return disk;
    return {
      ...disk,
      partitions: disk.partitions.map((each) => inCylinders(each, geometry)),
    };
  });
  return { ...spec, disks };
}

type Planning = {
  readonly input: LayoutInput;
  readonly bound: ReadonlyMap<string, BoundDisk>;
  readonly data: DataPlan;
  /** Filled with what is found wrong. */
  readonly faults: Fault[];
};

function planDisks(supported: SupportedSpec, planning: Planning): LayoutDisk[] {
  const disks: LayoutDisk[] = [];
  for (const diskSpec of supported.spec.disks) {
    const hardware = planning.bound.get(diskSpec.name);
    if (hardware === undefined || hasDataFault(diskSpec, planning.data)) continue;
    const planned = planOne(diskSpec, hardware, supported, planning);
    const { text } = supported.spec;
    if (!Array.isArray(planned)) disks.push(planned);
    else planning.faults.push(...planned.map(({ column, message }) => specFault({ text, column }, message)));
  }
  return disks;
}

/** A disk whose data partition could not be settled is not planned around it. */
function hasDataFault(disk: DiskSpec, { pins, made }: DataPlan): boolean {
  return disk.partitions.some((request) => request.data && !pins.has(request) && !made.has(request));
}

function planOne(spec: DiskSpec, bound: BoundDisk, supported: SupportedSpec, { input, data, faults }: Planning) {
  const { knownEmpty = [] } = input;
  const { family, firmware } = supported;
  const { text } = supported.spec;
  const pins = new Map([...data.pins].filter(([request]) => spec.partitions.includes(request)));
  const table = chooseTable(spec, bound.disk, family, [...pins.values()]);
  if ('problem' in table) return [{ column: spec.column, message: table.problem }];
  const coarse = tooCoarse(spec.name, bound.disk, table);
  if (coarse !== undefined) {
    faults.push(coarse);
    return [];
  }
  const boots = bootDiskNames(supported.spec);
  const isBootDisk = boots.includes(spec.name);
  const startsFrom = isBootDisk ? new Set(bootPlaces(supported.spec).map(({ partition }) => partition)) : undefined;
  if ((isBootDisk || holdsFirmwares(spec, firmware)) && !firmware.tables.includes(table.name)) {
    const message = `${firmware.title} firmware cannot boot from a ${table.name} table; it needs ${firmware.tables.join(' or ')}`;
    return [{ column: spec.column, message }];
  }
  const early = [...pins.values()].find((pin) => {
    // The record of a logical partition lies in front of it.
    const neededBytes = isLogicalPin(pin, bound.disk) ? 2 * MiB : MiB;
    return pin.partition.startSector * bound.disk.logicalSectorBytes < neededBytes;
  });
  if (isBootDisk && table.logicalPartitions && early !== undefined) {
    const message = `the data partition that ${spec.name} keeps begins, or has its record, before 1 MiB, which leaves GRUB no room behind the table; boot from another disk`;
    return [{ column: spec.column, message }];
  }
  const added = isBootDisk ? addedPartitions(spec.name, boots, supported, firmware.onBootDisk[table.name]) : [];
  return planDisk({
    spec,
    text,
    bound,
    family,
    machineId: input.machineId,
    added,
    pins,
    table,
    startsFrom,
    knownEmpty,
  });
}

/** Whether the text mounts on it what the firmware starts from, such as an EFI system partition. */
function holdsFirmwares({ partitions }: DiskSpec, { onBootDisk }: FirmwareKind): boolean {
  const added = Object.values(onBootDisk).flat();
  const points = new Set(added.map(({ content }) => content?.mountPoint));
  return partitions.some(({ mountPoint }) => mountPoint !== undefined && points.has(mountPoint));
}

/** A geometry of which the disk has not one cylinder for partitions, in a table that counts in cylinders. */
function tooCoarse(name: string, disk: DiskFacts, table: TableKind): Fault | undefined {
  const { geometry } = disk;
  if (geometry === undefined || table.fixedUnitBytes !== undefined || table.usableUnits(disk).end > 0) return undefined;
  const { heads, sectorsPerTrack } = geometry;
  const cylinder = formatBytes(heads * sectorsPerTrack * 512);
  const message = `disk ${describeDisk(disk)} has no cylinder for partitions where one is ${heads} heads of ${sectorsPerTrack} sectors, ${cylinder}`;
  return { severity: 'error', where: `${BINDING_PREFIX}${name}`, message };
}

/**
 * What the firmware needs on one of the disks that it may start from. Where the text mounts one of these itself, on the
 * only or another half of a mirror, that disk has it; if on a disk beside them, that one serves for all.
 */
function addedPartitions(
  disk: string,
  boots: readonly string[],
  { spec }: SupportedSpec,
  wanted: readonly AddedPartition[] = [],
): AddedPartition[] {
  return wanted.flatMap((each) => {
    const mountPoint = each.content?.mountPoint;
    if (mountPoint === undefined) return [each];
    const own = spec.disks.find(({ partitions }) => partitions.some((asked) => asked.mountPoint === mountPoint));
    if (own === undefined) return [disk === boots[0] ? each : unmounted(each)];
    return own.name === disk || !boots.includes(own.name) ? [] : [unmounted(each)];
  });
}

/** The same partition on the further disks of a mirror, which is not mounted. */
function unmounted(added: AddedPartition): AddedPartition {
  if (added.content === undefined) return added;
  const { mountPoint: _, ...content } = added.content;
  return { ...added, content };
}

function untouchedDisks(planned: readonly LayoutDisk[], attached: readonly DiskFacts[]): Layout['untouched'] {
  const paths = new Set(planned.map((disk) => disk.hardware.path));
  return attached
    .filter((disk) => !paths.has(disk.path) && disk.kind === 'disk' && disk.sizeBytes > 0)
    .map((disk) => Object.assign(hardwareOf(disk), { why: 'PARTITION does not name it' }));
}
