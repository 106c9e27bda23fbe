// A data partition is made for the first time only if nothing is lost. In: the planned disks, and what is on them. Out:
// a fault for everything on such a disk that is neither kept nor made by this machine's own installations.
import type { Fault } from '../lib/errors.ts';
import { deriveLvmUuid, deriveUuid } from './derive-uuid.ts';
import { describeDisk } from './disk-facts.ts';
import type { DiskFacts } from './disk-facts.ts';
import type { FoundPartition, LayoutDisk } from './layout.ts';
import { letterOfSlot } from './os-families/letters.ts';
import type { OsFamily } from './os-families/os-family.ts';
import type { DataPlan } from './plan-data.ts';
import { describeFree, findOnWholeDisk } from './find-whole-disk.ts';
import { overlap } from './sector-extent.ts';
import { specFault } from './spec-tokens.ts';
import type { PartitionRequest, PartitionSpec } from './spec-types.ts';
import { dosIdOf } from './tables/dos.ts';

type NewDataInput = {
  readonly disks: readonly LayoutDisk[];
  readonly attached: readonly DiskFacts[];
  readonly data: DataPlan;
  readonly spec: PartitionSpec;
  readonly machineId: string;
  readonly family: OsFamily;
};

/**
 * Whoever consents to a first data partition believes that there is none. So what this machine's own installations did
 * not make may be the data itself, under another label, or in a form that no tool here reads: wherever it lies on that
 * disk, it is not deleted. What is the machine's own may only not be covered. Free is what is proven to be.
 */
export function checkNewData(input: NewDataInput): Fault[] {
  const own = ownUuids(input);
  return input.spec.disks.flatMap((diskSpec) => {
    const disk = input.disks.find(({ name }) => name === diskSpec.name);
    const facts = input.attached.find(({ path }) => path === disk?.hardware.path);
    return diskSpec.partitions.flatMap((request) => {
      if (disk === undefined || facts === undefined || !input.data.made.has(request)) return [];
      return faultsOf({ input, own, disk, facts, request });
    });
  });
}

type Task = {
  readonly input: NewDataInput;
  readonly own: ReadonlySet<string>;
  readonly disk: LayoutDisk;
  readonly facts: DiskFacts;
  readonly request: PartitionRequest;
};

function faultsOf(task: Task): Fault[] {
  const { input, disk, facts, request } = task;
  const what = `data partition ${disk.name}${request.letter} may only be made in free space`;
  return [...onWholeDisk(task), ...inFreeSpace(task), ...inPartitions(task)]
    .filter(({ isKnown }) => isKnown || disk.knownEmpty !== true)
    .map(({ message, isKnown }) => {
      const suggestion = isKnown ? knownHint(request) : unknownHint(facts);
      return specFault({ text: input.spec.text, column: request.column }, `${what}; ${message}`, suggestion);
    });
}

/** `isKnown`: a tool can read it. Only of what none can read, somebody may know better. */
type InTheWay = { readonly message: string; readonly isKnown: boolean };

function onWholeDisk({ disk, facts }: Task): InTheWay[] {
  const written = disk.keepsTable ? disk.partitions.filter(({ verdict }) => verdict !== 'KEEP') : undefined;
  return findOnWholeDisk(facts, written).map(({ text, isKnown }) => {
    return { message: `the whole disk ${describeDisk(disk.hardware)} holds ${text}`, isKnown };
  });
}

/** What a deleted partition has left is not named, but may be somebody's. */
function inFreeSpace({ disk, facts, request }: Task): InTheWay[] {
  const planned = disk.partitions.find(({ letter }) => letter === request.letter);
  return (facts.freeSpace ?? [])
    .filter((free) => !free.blank && free.fsType === undefined && free.tableType === undefined)
    .filter((free) => planned !== undefined && overlap(free, planned))
    .map((free) => ({ message: `${describeDisk(disk.hardware)} has ${describeFree(free, facts)}`, isKnown: false }));
}

function inPartitions({ input, own, disk, facts, request }: Task): InTheWay[] {
  const planned = disk.partitions.find(({ letter }) => letter === request.letter);
  return disk.found.flatMap((found): InTheWay[] => {
    if (found.verdict === 'KEEP') return [];
    const isCovered = planned !== undefined && overlap(found, planned);
    const { fsType, fsUuid, uuid, blank } = partitionOf(found, facts) ?? {};
    const isOneOf = (id: string | undefined) => id !== undefined && own.has(id.toLowerCase());
    // One of the machine's own without contents is what an attempt has left that was cut off.
    const isEmptyOwn = !found.holdsFilesystem && (isOneOf(uuid) || isOwnDosTable(facts, disk.name, input.machineId));
    const isFree = isCovered ? isEmptyOwn && blank !== false : isEmptyOwn || isOneOf(fsUuid);
    if (isFree || !(found.holdsData || (isCovered && found.holdsFilesystem))) return [];
    const where = isCovered ? 'lies there' : 'would be deleted beside it, and this machine did not make it';
    const what = `${found.path ?? `partition ${found.number}`} ${where}: ${found.evidence}`;
    return [{ message: what, isKnown: fsType !== undefined }];
  });
}

/** Partitions of a DOS table have no UUIDs of their own. */
function isOwnDosTable({ table }: DiskFacts, name: string, machineId: string): boolean {
  return table?.kind === 'dos' && table.uuid === dosIdOf(deriveUuid(machineId, `disk/${name}`));
}

function knownHint({ label, mountPoint }: PartitionRequest): string {
  return (
    `if that is the data, make it known: label it ${label ?? mountPoint ?? 'LABEL'} (xfs_admin -L, e2label, btrfs ` +
    'filesystem label), or write its file system and label here; if nobody needs it any more, wipe it by hand: wipefs --all'
  );
}

function unknownHint({ serial, path }: DiskFacts): string {
  if (serial === undefined)
    return `look at it with the system that made it; if nobody needs it: blkdiscard --zeroout ${path}`;
  return `look at it with the system that made it; only if you know that nobody needs it: --known-empty ${serial}`;
}

function partitionOf({ number, startSector }: FoundPartition, { partitions }: DiskFacts) {
  return partitions.find((each) => each.number === number && each.startSector === startSector);
}

/** What earlier installations of this machine, with disks and groups of these names, may have left. */
function ownUuids({ spec, machineId, family }: NewDataInput): Set<string> {
  const letters = Array.from({ length: 26 }, (_, index) => letterOfSlot(index + 1));
  const places = [
    ...spec.disks.flatMap(({ name }) => [...letters, 'esp'].map((letter) => `${name}/${letter}`)),
    ...spec.arrays.map(({ name }) => name),
    ...spec.groups.flatMap(({ name, volumes }) => volumes.map((volume) => `${name}/${volume.name}`)),
  ];
  const kinds = [...family.filesystems.values()];
  const uuids = [
    ...places.flatMap((place) => {
      const derived = deriveUuid(machineId, `filesystem/${place}`);
      return kinds.map((kind) => kind.uuidFrom(derived));
    }),
    ...places.map((place) => deriveUuid(machineId, `partition/${place}`)),
    ...spec.arrays.map(({ name }) => deriveUuid(machineId, `array/${name}`)),
    ...places.map((place) => deriveLvmUuid(machineId, `physical-volume/${place}`)),
  ];
  return new Set(uuids.map((uuid) => uuid.toLowerCase()));
}
