// What of the PARTITION language can be planned today. In: a parsed spec. Out: faults that say what is supported.
import { FaultsError } from '../lib/errors.ts';
import type { Fault } from '../lib/errors.ts';
import { firmwareKinds } from './firmware/all.ts';
import type { FirmwareKind } from './firmware/firmware-kind.ts';
import type { FilesystemKind } from './filesystems/filesystem-kind.ts';
import { osFamilies } from './os-families/all.ts';
import type { OsFamily } from './os-families/os-family.ts';
import { withRoot } from './spec-rootfs.ts';
import { specFault } from './spec-tokens.ts';
import type { PartitionRequest, PartitionSpec } from './spec-types.ts';

export type SpecContext = {
  readonly spec: PartitionSpec;
  readonly rootfs?: string | undefined;
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
export function checkSpecSupport({ spec, rootfs, ...names }: SpecContext): SupportedSpec {
  const family = osFamilies.get(names.family ?? 'linux');
  const firmware = firmwareKinds.get(names.firmware ?? 'bios');
  const faults: Fault[] = [];
  if (family === undefined) faults.push(unsupported('OS family', names.family, osFamilies));
  if (firmware === undefined) faults.push(unsupported('firmware', names.firmware, firmwareKinds));
  if (family === undefined || firmware === undefined) throw new FaultsError('PARTITION', faults);
  const rooted = withRoot(spec, rootfs, family);
  if (rooted.problem !== undefined) faults.push(specFault({ text: spec.text, column: 1 }, rooted.problem));
  for (const partition of rooted.spec.disks.flatMap((disk) => disk.partitions)) {
    for (const message of problemsOf(partition, family)) {
      faults.push(specFault({ text: spec.text, column: partition.column }, message));
    }
  }
  if (faults.length > 0) throw new FaultsError('PARTITION', faults);
  return { spec: rooted.spec, family, firmware, notes: rooted.note === undefined ? [] : [rooted.note] };
}

function unsupported(what: string, name: string | undefined, supported: ReadonlyMap<string, unknown>): Fault {
  return {
    severity: 'error',
    where: 'PARTITION',
    message: `${what} '${name}' is not supported yet; ${list(supported)}`,
  };
}

function list(supported: ReadonlyMap<string, unknown>): string {
  return `supported: ${[...supported.keys()].join(', ')}`;
}

function problemsOf(partition: PartitionRequest, family: OsFamily): string[] {
  const problems: string[] = [];
  if (partition.data) {
    problems.push(
      "'data' is not supported yet: partitions that survive an installation come later, and until then this one would be lost",
    );
  }
  const kind = family.filesystems.get(partition.filesystem);
  if (kind === undefined) {
    const name = partition.filesystem;
    return [...problems, `file system '${name}' is not supported on ${family.name} yet; ${list(family.filesystems)}`];
  }
  if (kind.use === 'swap' && partition.mountPoint !== undefined) {
    problems.push(`${kind.name} on ${family.name} takes no mount point, found ${partition.mountPoint}`);
  }
  if (kind.use === 'files' && partition.mountPoint === undefined && partition.options.length > 0) {
    problems.push(`${partition.options.join(',')}: mount options without a mount point`);
  }
  return [...problems, ...unknownOptions(partition.options, kind, family)];
}

function unknownOptions(options: readonly string[], kind: FilesystemKind, family: OsFamily): string[] {
  const known = new Set([...family.mountOptions, ...kind.mountOptions]);
  return options
    .filter((option) => !option.startsWith('x-') && !known.has(option.split('=')[0] ?? ''))
    .map((option) => `'${option}' is not a mount option of ${kind.name} on ${family.name}`);
}
