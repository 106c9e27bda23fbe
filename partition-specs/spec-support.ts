// Which parts of the PARTITION language can be planned today. In: a parsed spec. Out: faults that say what is
// supported.
import { formatBytes } from '../lib/bytes.ts';
import { FaultsError } from '../lib/errors.ts';
import type { Fault } from '../lib/errors.ts';
import { askedSizeProblems } from './asked-sizes.ts';
import { EFI_MOUNT_POINT } from './efi-system.ts';
import { firmwareKinds } from './firmware/all.ts';
import type { FirmwareKind } from './firmware/firmware-kind.ts';
import { labelProblems, repeatedLabels } from './filesystem-labels.ts';
import { mountOptionProblems } from './mount-options.ts';
import { osFamilies } from './os-families/all.ts';
import type { OsFamily } from './os-families/os-family.ts';
import { CYLINDER_BYTES } from './spec-size.ts';
import { mountTreeNotes, mountTreeProblems } from './spec-mount-tree.ts';
import { withRoot } from './spec-rootfs.ts';
import { stackNameProblems } from './stack-names.ts';
import type { FoundTables } from './spec-rootfs.ts';
import { specFault } from './spec-tokens.ts';
import { contentsOf, STACK_WORDS } from './spec-types.ts';
import type { ContentRequest, PartitionRequest, PartitionSpec, VolumeRequest } from './spec-types.ts';

export type SpecContext = {
  readonly spec: PartitionSpec;
  readonly rootfs?: string | undefined;
  /** Tables that disks have and keep, where that is known: letters become numbers by the kind of table. */
  readonly foundTables?: FoundTables | undefined;
  /** `linux` unless given. */
  readonly family?: string | undefined;
  /** `bios` unless given. */
  readonly firmware?: string | undefined;
};

export type SupportedSpec = {
  /** With the root that ROOTFS names. */
  readonly spec: PartitionSpec;
  readonly family: OsFamily;
  readonly firmware: FirmwareKind;
  readonly notes: readonly string[];
};

/**
 * Checks all that can be checked of a spec without knowing the hardware; `machdb check` and the planner use it alike.
 * @throws FaultsError with every fault and its column
 */
export function checkSpecSupport({ spec, rootfs, foundTables, ...names }: SpecContext): SupportedSpec {
  const family = osFamilies.get(names.family ?? 'linux');
  const firmware = firmwareKinds.get(names.firmware ?? 'bios');
  const faults: Fault[] = [];
  if (family === undefined) faults.push(unsupported('OS family', names.family, osFamilies));
  if (firmware === undefined) faults.push(unsupported('firmware', names.firmware, firmwareKinds));
  if (family === undefined || firmware === undefined) throw new FaultsError('PARTITION', faults);
  const rooted = withRoot(spec, rootfs, family, foundTables);
  const report = (column: number, message: string) => void faults.push(specFault({ text: spec.text, column }, message));
  if (rooted.problem !== undefined) {
    const { where, message } = rooted.problem;
    faults.push(
      where === 'ROOTFS' ? { severity: 'error', where, message } : specFault({ text: spec.text, column: 1 }, message),
    );
  }
  for (const content of contentsOf(rooted.spec)) {
    for (const message of [...problemsOf(content, family), ...firmwareProblems(content, firmware)]) {
      report(content.column, message);
    }
  }
  for (const partition of rooted.spec.disks.flatMap((disk) => disk.partitions)) {
    for (const message of letterProblems(partition.letter, family)) report(partition.column, message);
  }
  for (const { column, message } of [...stackNameProblems(spec), ...repeatedLabels(rooted.spec, family)])
    report(column, message);
  for (const stacked of stackedContents(rooted.spec).filter(({ data }) => data)) report(stacked.column, STACKED_DATA);
  for (const stacked of stackedContents(rooted.spec).filter(({ mountPoint }) => mountPoint === EFI_MOUNT_POINT)) {
    report(stacked.column, STACKED_EFI);
  }
  for (const { column, message } of askedSizeProblems(rooted.spec, family)) report(column, message);
  for (const { column, message } of mountTreeProblems(rooted.spec, family)) report(column, message);
  if (faults.length > 0) throw new FaultsError('PARTITION', faults);
  const notes = [
    rooted.note,
    ...mountTreeNotes(rooted.spec),
    cylinderNote(rooted.spec),
    notInstalled(family, firmware),
  ];
  return { spec: rooted.spec, family, firmware, notes: notes.filter((note) => note !== undefined) };
}

const STACKED_DATA =
  "'data' is for partitions: what lies on an array or in a volume group is made anew by every installation; give the data a partition of its own";

const STACKED_EFI = `firmware reads ${EFI_MOUNT_POINT} from a partition, and knows no arrays or volumes; leave it out, and every disk that the machine starts from gets one`;

function stackedContents({ arrays, groups }: PartitionSpec): ContentRequest[] {
  return [...arrays.map(({ content }) => content), ...groups.flatMap(({ volumes }) => volumes)];
}

/** `20` is no slip in a text of 1996, and one in most of today. */
function cylinderNote({ disks, groups }: PartitionSpec): string | undefined {
  const counted = [
    ...disks.flatMap(({ name, partitions }) => partitions.flatMap((each) => countedIn(each, `${name} ${each.letter}`))),
    ...groups.flatMap(({ name, volumes }) => volumes.flatMap((each) => countedIn(each, `${name} ${each.name}`))),
  ];
  if (counted.length === 0) return undefined;
  return `sizes without K, M, G or T are cylinders, of ${formatBytes(CYLINDER_BYTES)} unless DISK_ says otherwise (${counted.join(', ')})`;
}

/** `disk0 b: 500`, `disk0 b: 500-501`, `disk0 b: 500-20.0 GiB`. */
function countedIn({ size, rangeCylinders }: PartitionRequest | VolumeRequest, what: string): string[] {
  if (size.kind === 'exact' && size.cylinders !== undefined) return [`${what}: ${size.cylinders}`];
  if (size.kind !== 'range' || rangeCylinders === undefined) return [];
  const { min = formatBytes(size.minBytes), max = formatBytes(size.maxBytes) } = rangeCylinders;
  return [`${what}: ${min}-${max}`];
}

function notInstalled(family: OsFamily, firmware: FirmwareKind): string | undefined {
  const what = family.installed ? (firmware.installed ? undefined : `${firmware.title} firmware`) : family.name;
  return what === undefined ? undefined : `this can be shown, not installed: gutinteg installs nothing for ${what} yet`;
}

function letterProblems(letter: string, family: OsFamily): string[] {
  const reserved = family.reservedLetters[letter];
  if (reserved !== undefined) return [`letter ${letter} cannot be used on ${family.name}: ${reserved}`];
  return letter > family.lastLetter ? [`${family.name} has letters from a to ${family.lastLetter}, not ${letter}`] : [];
}

function unsupported(what: string, name: string | undefined, supported: ReadonlyMap<string, unknown>): Fault {
  return {
    severity: 'error',
    where: 'PARTITION',
    message: `${what} '${name}' is unknown; known: ${[...supported.keys()].join(', ')}`,
  };
}

function list(supported: ReadonlyMap<string, unknown>): string {
  return `supported: ${[...supported.keys()].join(', ')}`;
}

function problemsOf(content: ContentRequest, family: OsFamily): string[] {
  const { filesystem, mountPoint, options } = content;
  if (STACK_WORDS.has(filesystem)) {
    return family.stacks ? [] : [`${filesystem} cannot be planned for ${family.name}`];
  }
  const kind = family.filesystems.get(filesystem);
  if (kind === undefined)
    return [
      `file system '${filesystem}' is unknown on ${family.name}; ${list(family.filesystems)}${meant(filesystem, family)}`,
    ];
  const problems: string[] = [];
  problems.push(...labelProblems(content, kind));
  if (kind.keptOnly === true && !content.data) {
    problems.push(`${kind.name} is kept, never made: add data, as in (c 100G ${kind.name} data)`);
  }
  if (kind.use === 'swap') {
    if (content.data) problems.push('swap holds no data to keep');
    if (mountPoint !== undefined && !family.memoryFilesystem) {
      problems.push(`${kind.name} on ${family.name} takes no mount point, found ${mountPoint}`);
    }
  } else if (mountPoint === undefined && options.length > 0) {
    problems.push(`${options.join(',')}: mount options without a mount point`);
  }
  if (mountPoint === '/' && !kind.rootable) problems.push(`${kind.name} cannot hold the root of ${family.name}`);
  if (mountPoint === '/' && content.data) {
    problems.push("the root cannot be 'data': an installation writes it anew");
  }
  return [...problems, ...mountOptionProblems(content, kind, family)];
}

const ALIASES: Readonly<Record<string, string>> = {
  fat: 'vfat',
  fat16: 'vfat',
  fat32: 'vfat',
  ext: 'ext4',
  tmpfs: 'swap',
};

function meant(filesystem: string, family: OsFamily): string {
  const plain = filesystem.toLowerCase();
  const guess = family.filesystems.has(plain) ? plain : ALIASES[plain];
  return guess !== undefined && family.filesystems.has(guess) ? `; did you mean ${guess}?` : '';
}

/** What firmware reads must be what it can read. */
function firmwareProblems({ mountPoint, filesystem }: ContentRequest, firmware: FirmwareKind): string[] {
  return Object.values(firmware.onBootDisk)
    .flat()
    .filter(({ content }) => content?.mountPoint === mountPoint && content?.filesystem !== filesystem)
    .flatMap(({ content }) =>
      content?.mountPoint === undefined
        ? []
        : [`${firmware.title} firmware reads ${content.filesystem} on ${content.mountPoint}, not ${filesystem}`],
    );
}
