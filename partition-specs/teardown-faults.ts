// Why disks must be left alone: the reasons for which plan-teardown.ts refuses. In: devices and what may be written.
// Out: faults, each with the serial numbers of its disks. Never: I/O.
import type { Fault } from '../lib/errors.ts';
import { plainWwn } from '../lib/wwn.ts';
import type { Device } from './device-reach.ts';
import { describeDisk } from './disk-facts.ts';
import type { DiskFacts, Group } from './disk-facts.ts';
import { canStop } from './plan-stops.ts';

type Permission = { readonly granted: readonly string[]; readonly kept: readonly string[] };
type Asked = { readonly devices: readonly Device[]; readonly isGranted: (disk: DiskFacts) => boolean } & Permission;

/** Errors only; `where` is the path of a disk that may be written. */
export function findTeardownFaults(devices: readonly Device[], { granted, kept }: Permission): Fault[] {
  const asked: Asked = { devices, granted, kept, isGranted: (disk) => granted.includes(disk.path) };
  return [
    ...findRunningSystem(asked),
    ...findTwoPaths(asked),
    ...findWideStacks(asked),
    ...findUnstoppable(asked),
    ...findTornGroups(asked),
    ...findTornCopies(asked),
    ...findMountsBelow(asked),
  ];
}

const SYSTEM_MOUNTPOINTS: ReadonlySet<string> = new Set(['/', '/boot', '/boot/efi', '/etc', '/usr', '/var']);

function findRunningSystem(asked: Asked): Fault[] {
  return reaching(asked).flatMap(({ path, disks, mountpoints }) =>
    mountpoints
      .filter((mountpoint) => SYSTEM_MOUNTPOINTS.has(mountpoint))
      .map((mountpoint) =>
        fault(
          disks,
          `this system runs from ${list(disks)}: ${path} is mounted on ${mountpoint}`,
          'start the machine from the network',
        ),
      ),
  );
}

function findTwoPaths(asked: Asked): Fault[] {
  const disks = [...new Set(asked.devices.flatMap((device) => [...device.disks]))];
  return disks.filter(asked.isGranted).flatMap((disk) => {
    const twin = disks.find((other) => other !== disk && isSameDisk(disk, other));
    const multipath = asked.devices.find(({ stack, disks: on }) => stack?.kind === 'multipath' && on.has(disk));
    if (twin === undefined && multipath === undefined) return [];
    const what = multipath === undefined ? describeDisk(twin ?? disk) : `${multipath.path} runs on it`;
    const message = `disk ${describeDisk(disk)} is reached by more than one path (${what}); multipath is not supported`;
    return [fault([disk], message, 'leave one path, or choose another disk')];
  });
}

/** One WWN, and no serial numbers that say otherwise: some makers give all their disks the same. */
function isSameDisk(a: DiskFacts, b: DiskFacts): boolean {
  if (a.wwn === undefined || b.wwn === undefined || plainWwn(a.wwn) !== plainWwn(b.wwn)) return false;
  return a.serial === undefined || b.serial === undefined || a.serial === b.serial;
}

function findWideStacks(asked: Asked): Fault[] {
  const wide = reaching(asked).filter(({ disks }) => ![...disks].every(asked.isGranted));
  const lowest = wide.filter(({ stack }) => !wide.some(({ path }) => stack?.parents.includes(path) === true));
  return lowest.map(({ path, disks, stack }) =>
    fault(
      [...disks].filter(asked.isGranted),
      `${path} (${stack?.kind}) runs on ${list(disks)}; of these ${list(notGranted(disks, asked))} must not be written`,
      `stop it by hand, or let PARTITION name all of its disks`,
    ),
  );
}

function findUnstoppable(asked: Asked): Fault[] {
  return reaching(asked)
    .filter(({ stack }) => stack !== undefined && stack.kind !== 'multipath' && !canStop(stack))
    .map(({ path, disks, stack }) =>
      fault(disks, `${path} (${stack?.kind}) runs on ${list(disks)}, and there is no known way to stop it`),
    );
}

/** A group that would lose a member and have one left that must not be written. */
function findTornGroups(asked: Asked): Fault[] {
  const members = Map.groupBy(
    asked.devices.flatMap((device) => device.groups.map((group) => ({ device, group }))),
    ({ group: { kind, id } }) => `${kind} ${id}`,
  );
  return [...members.values()].flatMap((found) => {
    const [first] = found;
    const devices = found.map(({ device }) => device);
    return first === undefined ? [] : tornApart(describeGroup(first.group), devices, asked);
  });
}

function tornApart(what: string, members: readonly Device[], asked: Asked): Fault[] {
  const lost = members.filter((device) => isWritten(device, asked));
  const left = members.filter((device) => !isWritten(device, asked));
  if (lost.length === 0 || left.length === 0) return [];
  const disks = new Set(lost.flatMap((device) => [...device.disks]));
  const message = `${what} would be torn apart: ${listPlaces(lost)} would be written, not so ${listPlaces(left)}`;
  return [fault(disks, message, 'take the member out of its group first, or unplug one of the disks')];
}

/**
 * Disks with one table, to the last UUID, are halves of a mirror whose maker left no mark that a tool knows, or copies
 * of one disk; which one is wanted, nobody can tell.
 */
function findTornCopies(asked: Asked): Fault[] {
  const disks = asked.devices.filter(
    (device) => !device.stack && [...device.disks].some(({ path }) => path === device.path),
  );
  const copies = Map.groupBy(disks, ({ disks: [disk] }) => (disk === undefined ? undefined : tableOf(disk)));
  return [...copies].flatMap(([table, members]) => {
    if (table === undefined) return [];
    const [id] = JSON.parse(table) as string[];
    return tornApart(`the mirror, or the disk and its copy, with partition table ${id}`, members, asked);
  });
}

/** Undefined where there is too little to tell one table from another. */
function tableOf({ table, partitions }: DiskFacts): string | undefined {
  const isUnique = partitions.some(({ uuid, fsUuid }) => (fsUuid ?? uuid) !== undefined);
  if (table?.uuid === undefined || !isUnique) return undefined;
  const places = partitions.map(({ startSector, sizeSectors, uuid, fsUuid }) => [
    startSector,
    sizeSectors,
    uuid,
    fsUuid,
  ]);
  return JSON.stringify([table.uuid, places]);
}

function isWritten(device: Device, asked: Asked): boolean {
  if (asked.kept.includes(device.path) || ![...device.disks].some(asked.isGranted)) return false;
  const parents = asked.devices.filter(({ path }) => device.stack?.parents.includes(path));
  return parents.length === 0 || parents.some((parent) => isWritten(parent, asked));
}

/** Another disk's mount in a directory of one that goes. */
function findMountsBelow(asked: Asked): Fault[] {
  const going = reaching(asked);
  const staying = asked.devices.filter((device) => !going.includes(device));
  return going.flatMap(({ path, disks, mountpoints }) =>
    mountpoints.flatMap((mountpoint) =>
      staying.flatMap((other) =>
        other.mountpoints
          .filter((place) => place.startsWith(`${mountpoint}/`))
          .map((place) =>
            fault(
              disks,
              `${path} of ${list(disks)} must be unmounted from ${mountpoint}, but ${other.path} is mounted on ${place}`,
              `umount ${place}`,
            ),
          ),
      ),
    ),
  );
}

/** All devices that reach a disk which may be written. */
function reaching({ devices, isGranted }: Asked): Device[] {
  return devices.filter(({ disks }) => [...disks].some(isGranted));
}

function notGranted(disks: ReadonlySet<DiskFacts>, { isGranted }: Asked): DiskFacts[] {
  return [...disks].filter((disk) => !isGranted(disk));
}

function describeGroup({ kind, id, name }: Group): string {
  return `the ${kind} group ${name === undefined ? id : `${name} (${id})`}`;
}

function listPlaces(devices: readonly Device[]): string {
  return devices.map(({ path, disks }) => `${path} on ${list(disks)}`).join(' and ');
}

function list(disks: Iterable<DiskFacts>): string {
  return [...disks].map(describeDisk).join(' and ');
}

function fault(disks: Iterable<DiskFacts>, message: string, suggestion?: string): Fault {
  const [disk] = disks;
  const where = disk?.path ?? '';
  return { severity: 'error', where, message, ...(suggestion === undefined ? {} : { suggestion }) };
}
