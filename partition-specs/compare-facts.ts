// Whether the disks are still those that a plan was made from. In: facts then and now. Out: one sentence for each
// difference that matters. Never: I/O; depends on order, or on memory and media that come and go.
import { describeDisk } from './disk-facts.ts';
import type { DiskFacts, ExistingPartition, FreeSpace, Group, MachineFacts, Stack } from './disk-facts.ts';

/** Empty when the plan still holds. */
export function compareFacts(before: MachineFacts, now: MachineFacts): string[] {
  return [
    ...compareValues('the firmware', { mode: before.firmware }, { mode: now.firmware }),
    ...compareDisks(before.disks.filter(isDisk), now.disks.filter(isDisk)),
    ...compareStacks(before.stacks, now.stacks),
  ];
}

function isDisk({ kind }: DiskFacts): boolean {
  return kind === 'disk';
}

function compareDisks(before: readonly DiskFacts[], now: readonly DiskFacts[]): string[] {
  const [old, current] = [byIdentity(before, now), byIdentity(now, before)];
  const gone = [...old].filter(([key]) => !current.has(key)).map(([, disk]) => `disk ${describeDisk(disk)} is gone`);
  const came = [...current].filter(([key]) => !old.has(key)).map(([, disk]) => `disk ${describeDisk(disk)} is new`);
  const both = [...old].flatMap(([key, disk]) => {
    const found = current.get(key);
    return found === undefined ? [] : compareDisk(disk, found);
  });
  return [...gone, ...came, ...both];
}

/** By serial number and WWN where that names one disk, else with the path as well. */
function byIdentity(disks: readonly DiskFacts[], others: readonly DiskFacts[]): Map<string, DiskFacts> {
  const identity = ({ serial, wwn }: DiskFacts) => JSON.stringify([serial, wwn]);
  const isPlain = (disk: DiskFacts) =>
    (disk.serial ?? disk.wwn) !== undefined &&
    [disks, others].every((list) => list.filter((other) => identity(other) === identity(disk)).length <= 1);
  return new Map(disks.map((disk) => [isPlain(disk) ? identity(disk) : `${identity(disk)} ${disk.path}`, disk]));
}

function compareDisk(before: DiskFacts, now: DiskFacts): string[] {
  const what = `disk ${describeDisk(before)}`;
  const parts = (disk: DiskFacts) => new Map(disk.partitions.map((part) => [part.number, part]));
  const [old, current] = [parts(before), parts(now)];
  const numbers = [...new Set([...old.keys(), ...current.keys()])].sort((a, b) => a - b);
  return [
    ...compareValues(what, diskValues(before), diskValues(now)),
    ...numbers.flatMap((number) =>
      comparePartition(`partition ${number} of ${what}`, old.get(number), current.get(number)),
    ),
  ];
}

function comparePartition(what: string, before?: ExistingPartition, now?: ExistingPartition): string[] {
  if (before === undefined) return [`${what} is new`];
  if (now === undefined) return [`${what} is gone`];
  return compareValues(what, partitionValues(before), partitionValues(now));
}

function compareStacks(before: readonly Stack[], now: readonly Stack[]): string[] {
  const byPath = (stacks: readonly Stack[]) => new Map(stacks.map((stack) => [stack.path, stack]));
  const [old, current] = [byPath(before), byPath(now)];
  const gone = before.filter(({ path }) => !current.has(path)).map(({ path }) => `${path} does not run any more`);
  const came = now
    .filter(({ path }) => !old.has(path))
    .map(({ path, parents }) => `${path} now runs on ${join(parents)}`);
  const both = before.flatMap((stack) => {
    const found = current.get(stack.path);
    return found === undefined ? [] : compareValues(stack.path, stackValues(stack), stackValues(found));
  });
  return [...gone, ...came, ...both];
}

type Values = Readonly<Record<string, string | number | boolean | undefined>>;

function diskValues(disk: DiskFacts): Values {
  return {
    path: disk.path,
    'size in bytes': disk.sizeBytes,
    'logical sector in bytes': disk.logicalSectorBytes,
    'physical sector in bytes': disk.physicalSectorBytes,
    'read-only': disk.readOnly,
    'partition table': disk.table?.kind,
    "partition table's UUID": disk.table?.uuid,
    'signatures beside it': join((disk.signatures ?? []).map(({ type, uuid }) => `${type} ${uuid ?? ''}`.trim())),
    'unknown content': join(disk.unknownContent ?? []),
    'free space': join((disk.freeSpace ?? []).map(describeFreeSpace)),
    ...contentValues(disk),
  };
}

function describeFreeSpace({ startSector, sizeSectors, fsType, tableType, blank }: FreeSpace): string {
  return `${startSector}+${sizeSectors} ${fsType ?? tableType ?? (blank ? 'blank' : 'unknown content')}`;
}

function partitionValues(part: ExistingPartition): Values {
  return {
    'first sector': part.startSector,
    'size in sectors': part.sizeSectors,
    type: part.type.toLowerCase(),
    UUID: part.uuid,
    name: part.label,
    attributes: part.attrs,
    active: part.bootable === true,
    'shown by the kernel': part.path !== undefined,
    blank: part.blank,
    ...contentValues(part),
  };
}

function stackValues({ name, kind, parents, mountpoints, group }: Stack): Values {
  return { name, kind, 'built on': join(parents), 'mounted on': join(mountpoints), 'member of': describeGroup(group) };
}

type Content = Pick<ExistingPartition, 'fsType' | 'fsUuid' | 'tableType' | 'mountpoints' | 'holders' | 'group'>;

function contentValues({ fsType, fsUuid, tableType, mountpoints, holders, group }: Content): Values {
  return {
    'file system': fsType,
    "file system's UUID": fsUuid,
    'table inside': tableType,
    'mounted on': join(mountpoints),
    'part of': join(holders),
    'member of': describeGroup(group),
  };
}

function describeGroup(group: Group | undefined): string | undefined {
  return group === undefined ? undefined : `${group.kind} ${group.id}`;
}

function join(values: readonly string[]): string | undefined {
  return values.length === 0 ? undefined : values.toSorted().join(', ');
}

/** `disk serial S3Z9 (…): size in bytes was 500, is 400`. */
function compareValues(what: string, before: Values, now: Values): string[] {
  return Object.keys(before)
    .filter((name) => before[name] !== now[name])
    .map((name) => `${what}: ${name} was ${before[name] ?? 'none'}, is ${now[name] ?? 'none'}`);
}
