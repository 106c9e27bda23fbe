// Which partition of a disk a data partition of the spec is. In: the request, the disk, what the server recorded. Out:
// its place with the evidence, a doubt, or nothing. Never: guesses between two.
import { deriveUuid } from './derive-uuid.ts';
import { labelOf } from './filesystem-labels.ts';
import { EFI_MOUNT_POINT, isEfiSystem } from './efi-system.ts';
import type { FilesystemKind } from './filesystems/filesystem-kind.ts';
import type { DiskFacts, ExistingPartition } from './disk-facts.ts';
import type { OsFamily } from './os-families/os-family.ts';
import type { DiskSpec, PartitionRequest } from './spec-types.ts';

/** A data partition as the server last knew it, and what is there now, read at that very place. */
export type RecordedExtent = {
  /** Logical disk and letter: `disk0/h`. */
  readonly name: string;
  readonly diskPath: string;
  readonly startSector: number;
  readonly sizeSectors: number;
  readonly fsUuid: string;
  readonly found: { readonly fsType?: string; readonly fsUuid?: string };
};

/** Where a data partition lies and must stay. */
export type Pin = {
  readonly partition: ExistingPartition;
  /** Whether the table on the disk shows it; after a power cut the server's record alone may know it. */
  readonly inTable: boolean;
  readonly evidence: string;
};

type Search = {
  readonly input: {
    readonly machineId: string;
    readonly family: OsFamily;
    readonly recorded: readonly RecordedExtent[];
  };
  readonly disk: Pick<DiskSpec, 'name' | 'partitions'>;
  readonly request: PartitionRequest;
  readonly hardware: DiskFacts;
};

/** `/dev/sda7`, or the sector where the table shows nothing. */
export function describePlace({ number, path, startSector }: ExistingPartition): string {
  return number === 0 ? `the place at sector ${startSector}` : (path ?? `partition ${number}`);
}

/** More than one place could be it; whichever were chosen, the others would be lost. */
export type Doubt = { readonly doubt: string };

/** Every sign is asked in its turn; one that holds for several places ends the search in doubt. */
export function findPin({ input, disk, request, hardware }: Search): Pin | Doubt | undefined {
  const name = `${disk.name}/${request.letter}`;
  const partitionUuid = deriveUuid(input.machineId, `partition/${name}`);
  const kind = input.family.filesystems.get(request.filesystem);
  const fsUuid = kind?.uuidFrom(deriveUuid(input.machineId, `filesystem/${name}`));
  const recorded = input.recorded.find((extent) => extent.name === name && extent.diskPath === hardware.path);
  const ways: [(partition: ExistingPartition) => boolean, string][] = [
    [(each) => each.fsUuid !== undefined && each.fsUuid === fsUuid, `its file system has the UUID ${fsUuid}`],
    [
      (each) => each.fsUuid !== undefined && each.fsUuid === recorded?.fsUuid,
      `its file system has the UUID ${recorded?.fsUuid} that the server recorded`,
    ],
    [(each) => each.uuid === partitionUuid, `the partition has the UUID ${partitionUuid}`],
  ];
  for (const [test, evidence] of ways) {
    const pin = onlyPin(hardware.partitions.filter(test), evidence);
    if (pin !== undefined) return pin;
  }
  const lost = lostPin(recorded);
  const labelled = pinByLabel(request, hardware.partitions, { kind, spec: disk });
  if (lost === undefined || labelled === undefined) return lost ?? labelled;
  const other = 'doubt' in labelled ? labelled.doubt : `${describePlace(labelled.partition)} is ${labelled.evidence}`;
  return { doubt: `${describePlace(lost.partition)} could be it, as ${lost.evidence}; but ${other}` };
}

function onlyPin(matching: readonly ExistingPartition[], evidence: string): Pin | Doubt | undefined {
  const [partition] = matching;
  if (partition === undefined) return undefined;
  if (matching.length === 1) return { partition, inTable: true, evidence };
  return { doubt: `${evidence}, and that holds for ${matching.map(describePlace).join(' and ')}` };
}

/** The table does not show it, but at the recorded place lies the recorded file system. */
function lostPin(recorded: RecordedExtent | undefined): Pin | undefined {
  if (recorded === undefined || recorded.found.fsUuid !== recorded.fsUuid) return undefined;
  const { startSector, sizeSectors, fsUuid, found } = recorded;
  return {
    partition: {
      number: 0,
      startSector,
      sizeSectors,
      type: '',
      ...(found.fsType === undefined ? {} : { fsType: found.fsType }),
      fsUuid,
      mountpoints: [],
      holders: [],
    },
    inTable: false,
    evidence: `the table does not show it, but the server recorded this place, and the file system ${fsUuid} lies there`,
  };
}

function pinByLabel(
  request: PartitionRequest,
  partitions: readonly ExistingPartition[],
  { kind, spec }: { kind: FilesystemKind | undefined; spec: Pick<DiskSpec, 'partitions'> },
): Pin | Doubt | undefined {
  if (kind === undefined) return undefined;
  const { blkidType } = kind;
  const efi = request.label === undefined && request.mountPoint === EFI_MOUNT_POINT;
  const systems = efi ? partitions.filter((each) => isEfiSystem(each) && each.fsType === blkidType) : [];
  // Hardly any system labels the file system of its own.
  if (systems.length === 1) return onlyPin(systems, 'the only EFI system partition on the disk');
  const label = labelOf(request, kind) ?? (kind.keptOnly === true ? undefined : request.mountPoint);
  if (label === undefined) {
    // Its own system has labelled it, or not; the only one of its kind is the one that is meant.
    const named = new Set(
      spec.partitions.filter(({ filesystem }) => filesystem === kind.name).map((other) => other.label),
    );
    const same = kind.keptOnly === true ? partitions.filter((each) => each.fsType === blkidType) : [];
    const only = same.filter(({ fsLabel }) => fsLabel === undefined || !named.has(fsLabel));
    const beside = only.length < same.length ? ' beside those that the text names' : '';
    return onlyPin(only, `${only.length === 1 ? 'the only' : 'it is'} ${blkidType} on the disk${beside}`);
  }
  const matching = partitions.filter((each) => each.fsLabel === label && each.fsType === blkidType);
  const only = matching.length === 1 ? 'the only' : 'it is';
  return onlyPin(matching, `${only} ${blkidType} labelled '${label}' on the disk`);
}
