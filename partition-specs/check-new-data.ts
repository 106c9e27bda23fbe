// A data partition is made for the first time only where nothing is lost by it. In: the planned disks, what lies on
// them. Out: a fault for each file system on such a disk that is neither kept nor one of this machine's own.
import type { Fault } from '../lib/errors.ts';
import { deriveLvmUuid, deriveUuid } from './derive-uuid.ts';
import { describeDisk } from './disk-facts.ts';
import type { DiskFacts } from './disk-facts.ts';
import type { FoundPartition, LayoutDisk } from './layout.ts';
import type { OsFamily } from './os-families/os-family.ts';
import type { DataPlan } from './plan-data.ts';
import { overlap } from './sector-extent.ts';
import { specFault } from './spec-tokens.ts';
import type { DiskSpec, PartitionRequest, PartitionSpec } from './spec-types.ts';

type NewDataInput = {
  readonly disks: readonly LayoutDisk[];
  readonly attached: readonly DiskFacts[];
  readonly data: DataPlan;
  readonly spec: PartitionSpec;
  readonly machineId: string;
  readonly family: OsFamily;
};

/**
 * Whoever consents to a first data partition believes that there is none. So a file system that this machine's own
 * installations did not make may be the data itself, under another label: wherever it lies on that disk, it is not
 * deleted. One of the machine's own may only not be covered.
 */
export function checkNewData(input: NewDataInput): Fault[] {
  const own = ownUuids(input);
  return input.spec.disks.flatMap((diskSpec) => {
    const disk = input.disks.find(({ name }) => name === diskSpec.name);
    const facts = input.attached.find(({ path }) => path === disk?.hardware.path);
    return diskSpec.partitions.flatMap((request) => {
      if (disk === undefined || facts === undefined || !input.data.made.has(request)) return [];
      return faultsOf({ input, own, disk, facts, diskSpec, request });
    });
  });
}

type Task = {
  readonly input: NewDataInput;
  readonly own: ReadonlySet<string>;
  readonly disk: LayoutDisk;
  readonly facts: DiskFacts;
  readonly diskSpec: DiskSpec;
  readonly request: PartitionRequest;
};

function faultsOf({ input, own, disk, facts, request }: Task): Fault[] {
  const at = { text: input.spec.text, column: request.column };
  const what = `data partition ${disk.name}${request.letter} may only be made in free space`;
  const label = request.label ?? request.mountPoint ?? 'LABEL';
  const suggestion =
    `if that is the data, make it known: label it ${label} (xfs_admin -L, e2label, btrfs filesystem label), or write ` +
    'its file system and label here; if nobody needs it any more, wipe it by hand: wipefs --all';
  if (disk.foundOnWholeDisk !== undefined) {
    const message = `${what}; the whole disk ${describeDisk(disk.hardware)} holds ${disk.foundOnWholeDisk}`;
    return [specFault(at, message, suggestion)];
  }
  const planned = disk.partitions.find(({ letter }) => letter === request.letter);
  const covered = (found: FoundPartition) => planned !== undefined && overlap(found, planned);
  return disk.found
    .filter(({ verdict, holdsFilesystem }) => verdict !== 'KEEP' && holdsFilesystem)
    .filter((found) => covered(found) || (found.holdsData && !own.has(uuidOf(found, facts))))
    .map((found) => {
      const { path, number, evidence } = found;
      const where = covered(found) ? 'lies there' : 'would be deleted beside it, and this machine did not make it';
      return specFault(at, `${what}; ${path ?? `partition ${number}`} ${where}: ${evidence}`, suggestion);
    });
}

function uuidOf({ number, startSector }: FoundPartition, { partitions }: DiskFacts): string {
  const found = partitions.find((each) => each.number === number && each.startSector === startSector);
  return found?.fsUuid?.toLowerCase() ?? '';
}

/** What earlier installations of this machine, with disks and groups of these names, may have left. */
function ownUuids({ spec, machineId, family }: NewDataInput): Set<string> {
  const letters = Array.from({ length: 26 }, (_, index) => String.fromCharCode('a'.charCodeAt(0) + index));
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
    ...spec.arrays.map(({ name }) => deriveUuid(machineId, `array/${name}`)),
    ...places.map((place) => deriveLvmUuid(machineId, `physical-volume/${place}`)),
  ];
  return new Set(uuids.map((uuid) => uuid.toLowerCase()));
}
