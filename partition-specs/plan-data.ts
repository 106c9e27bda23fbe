// Partitions with the flag `data`: which partitions on the disks they are, and whether they can be kept as asked.
// In: spec, bound disks, facts, what the server recorded, consent to make new ones. Out: pins, new ones, faults.
// Never: guesses; what is not found without doubt is refused.
import { formatBytes } from '../lib/bytes.ts';
import type { Fault } from '../lib/errors.ts';
import type { BoundDisk } from './bind-disks.ts';
import { describeDisk } from './disk-facts.ts';
import type { DiskFacts } from './disk-facts.ts';
import { selectSerial } from './disk-selector.ts';
import { labelProblems } from './filesystem-labels.ts';
import { describePlace, findPin } from './find-data.ts';
import type { Pin, RecordedExtent } from './find-data.ts';
import type { OsFamily } from './os-families/os-family.ts';
import { overlap } from './sector-extent.ts';
import { specFault } from './spec-tokens.ts';
import type { DiskSpec, PartitionRequest, PartitionSpec } from './spec-types.ts';

export type DataInput = {
  readonly spec: PartitionSpec;
  readonly bound: ReadonlyMap<string, BoundDisk>;
  readonly disks: readonly DiskFacts[];
  readonly machineId: string;
  readonly family: OsFamily;
  readonly recorded: readonly RecordedExtent[];
  /** Letters (`h`) or logical disk and letter (`disk0h`) that may be made. */
  readonly initData: readonly string[];
};

export type DataPlan = {
  readonly pins: ReadonlyMap<PartitionRequest, Pin>;
  /** Made for the first time, with consent. */
  readonly made: ReadonlySet<PartitionRequest>;
  readonly faults: readonly Fault[];
  readonly notes: readonly string[];
};

/** Finds every data partition of a spec, before anything else is given a place. */
export function planData(input: DataInput): DataPlan {
  const pins = new Map<PartitionRequest, Pin>();
  const made = new Set<PartitionRequest>();
  const faults: Fault[] = [...unknownConsent(input)];
  const notes: string[] = [];
  for (const disk of input.spec.disks) {
    for (const request of disk.partitions.filter(({ data }) => data)) {
      const hardware = input.bound.get(disk.name)?.disk;
      if (hardware === undefined) continue;
      const task = { input, disk, request, hardware, consent: hasConsent(input, disk, request) };
      const result = settle(task);
      if ('pin' in result) {
        pins.set(request, result.pin);
        if (task.consent)
          notes.push(`${disk.name}${request.letter} exists already and is kept: ${result.pin.evidence}`);
      } else if ('made' in result) made.add(request);
      else faults.push(specFault({ text: input.spec.text, column: request.column }, result.problem, result.hint));
    }
  }
  faults.push(...sharedPins(input, pins));
  return { pins, made, faults, notes };
}

type Task = {
  readonly input: DataInput;
  readonly disk: DiskSpec;
  readonly request: PartitionRequest;
  readonly hardware: DiskFacts;
  readonly consent: boolean;
};
type Settled = { pin: Pin } | { made: true } | { problem: string; hint?: string };

function settle(task: Task): Settled {
  const { request, hardware, consent } = task;
  const found = findPin(task);
  const what = `data partition ${nameOf(task)}`;
  if (found === undefined) {
    const elsewhere = findElsewhere(task);
    if (elsewhere !== undefined) return elsewhere;
    return consent && !isKeptOnly(task) ? { made: true } : notFound(what, task);
  }
  if ('doubt' in found) {
    const hint = 'find out which of them is wanted, and wipe, relabel or unplug the others';
    return { problem: `${what} is not known for certain on disk ${describeDisk(hardware)}: ${found.doubt}`, hint };
  }
  const { partition } = found;
  const blkidType = task.input.family.filesystems.get(request.filesystem)?.blkidType;
  // Made by an attempt with the same consent that was cut off before the file system was there.
  if (partition.fsType === undefined && consent && partition.fsUuid === undefined && !isKeptOnly(task)) {
    return { made: true };
  }
  const place = `${describePlace(partition)} of disk ${describeDisk(hardware)}`;
  if (partition.fsType !== blkidType) {
    const holds = partition.fsType === undefined ? 'no known file system' : partition.fsType;
    return { problem: `${what} should hold ${request.filesystem}, and ${place} holds ${holds}; it is not touched` };
  }
  const hasBytes = partition.sizeSectors * hardware.logicalSectorBytes;
  const asked = askedBytes(request);
  if (asked > hasBytes) {
    const sizes = `${formatBytes(asked)} are asked for, and ${place} has ${formatBytes(hasBytes)}`;
    return { problem: `${what} cannot grow: ${sizes}`, hint: 'ask for what it has, or for rest' };
  }
  return { pin: found };
}

function isKeptOnly({ input, request }: Task): boolean {
  return input.family.filesystems.get(request.filesystem)?.keptOnly === true;
}

function nameOf({ disk, request }: Pick<Task, 'disk' | 'request'>): string {
  return `${disk.name}${request.letter}`;
}

/** What a size asks for at the least; percentages and rest take what there is. */
function askedBytes({ size }: PartitionRequest): number {
  if (size.kind === 'exact') return size.sizeBytes;
  return size.kind === 'range' ? size.minBytes : 0;
}

/** The same partition on another disk: a binding has changed, or disks were exchanged. */
function findElsewhere(task: Task): Settled | undefined {
  const { input, request, hardware } = task;
  for (const other of input.disks) {
    if (other.path === hardware.path) continue;
    const pin = findPin({ ...task, hardware: other, request: withoutLabel(request) });
    if (pin === undefined) continue;
    const where = 'doubt' in pin ? 'a place' : describePlace(pin.partition);
    const why = 'doubt' in pin ? pin.doubt : pin.evidence;
    const place = `${where} of disk ${describeDisk(other)}`;
    return {
      problem: `data partition ${nameOf(task)} lies on another disk: ${place}, as ${why}; ${task.disk.name} is ${describeDisk(hardware)}`,
      hint: `bind ${task.disk.name} to the disk that has it: DISK_${task.disk.name}=${selectSerial(other.serial ?? '…')}`,
    };
  }
  return undefined;
}

function withoutLabel({ label: _label, mountPoint: _mountPoint, ...request }: PartitionRequest): PartitionRequest {
  return request;
}

function notFound(what: string, task: Task): Settled {
  const { request, hardware } = task;
  const label = labelToGive(task);
  const lines = hardware.partitions.map(
    (found) =>
      `\n      ${describePlace(found)}: ${found.fsType ?? 'no known file system'}${found.fsLabel === undefined ? '' : `, labelled '${found.fsLabel}'`}, ${formatBytes(found.sizeSectors * hardware.logicalSectorBytes)}`,
  );
  const whole = hardware.fsType === undefined ? 'which has no partitions' : `which holds ${hardware.fsType} as a whole`;
  const list = lines.length === 0 ? `, ${whole}` : `; it has${lines.join('')}`;
  const known =
    label === undefined || lines.length === 0 || isKeptOnly(task)
      ? ''
      : `if it is one of these, ${label}write its file system and label=… here; `;
  const problem = `${what} is not on disk ${describeDisk(hardware)}${list}`;
  if (isKeptOnly(task))
    return { problem, hint: `${request.filesystem} is kept, never made: let its own system make it` };
  return {
    problem,
    hint: `${known}only to make it for the first time: gutinteg arm HOST --init-data=${request.letter}`,
  };
}

/** FAT cannot have `/srv` as its label, and what cannot have a label cannot be found by it. */
function labelToGive({ input, request }: Task): string | undefined {
  const label = request.label ?? request.mountPoint;
  const kind = input.family.filesystems.get(request.filesystem);
  if (label === undefined || kind === undefined) return undefined;
  return labelProblems({ label }, kind).length === 0 ? `give it the label ${label}, or ` : 'give it a label, and ';
}

function hasConsent({ initData }: DataInput, disk: DiskSpec, { letter }: PartitionRequest): boolean {
  return initData.some((name) => name === letter || name === `${disk.name}${letter}`);
}

/** Words of consent that name no data partition, or more than one. */
function unknownConsent(input: DataInput): Fault[] {
  const data = input.spec.disks.flatMap((disk) =>
    disk.partitions.filter((each) => each.data).map(({ letter }) => ({ letter, full: `${disk.name}${letter}` })),
  );
  const all = data.map(({ full }) => full).join(', ');
  return input.initData.flatMap((name): Fault[] => {
    const named = data.filter(({ letter, full }) => name === letter || name === full);
    if (named.length === 1) return [];
    const message =
      named.length === 0
        ? `${name} is not a data partition of this PARTITION`
        : `${name} could be ${named.map(({ full }) => full).join(' and ')}; say which`;
    const suggestion = all === '' ? 'PARTITION has none' : `it has ${all}`;
    return [{ severity: 'error', where: '--init-data', message, suggestion }];
  });
}

/** Two requests must not take one partition for theirs, nor two that share sectors. */
function sharedPins({ spec }: DataInput, pins: ReadonlyMap<PartitionRequest, Pin>): Fault[] {
  return spec.disks.flatMap((disk) => {
    const kept = disk.partitions.flatMap((request) => {
      const pin = pins.get(request);
      return pin === undefined ? [] : [{ request, partition: pin.partition }];
    });
    return kept.flatMap(({ request, partition }, index) => {
      const first = kept.slice(0, index).find((other) => overlap(other.partition, partition));
      if (first === undefined) return [];
      const what = `data partitions ${first.request.letter} and ${request.letter} would`;
      const message =
        first.partition === partition
          ? `${what} both be ${describePlace(partition)}`
          : `${what} be ${describePlace(first.partition)} and ${describePlace(partition)}, which overlap`;
      return [specFault({ text: spec.text, column: request.column }, message)];
    });
  });
}
