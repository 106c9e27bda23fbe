import { FaultsError } from '../lib/errors.ts';
import type { Fault } from '../lib/errors.ts';
import type { Machine, RecordCheck } from '../machdb/types.ts';
import { diskBindings } from '../partition-specs/disk-bindings.ts';
import { parseDiskSelector } from '../partition-specs/disk-selector.ts';
import { checkSpecSupport } from '../partition-specs/spec-support.ts';
import { parsePartitionSpec } from '../partition-specs/spec.ts';
import { packagesOf } from './packages.ts';

/** The checks of a record that the database cannot do alone: PARTITION and DISK_* are sound, every package exists. */
export function siteChecks(availablePackages: ReadonlySet<string>): RecordCheck[] {
  return [checkPartition, checkDiskBindings, (machine) => checkPackages(machine, availablePackages)];
}

function checkPartition(machine: Machine): Fault[] {
  const spec = machine.record['PARTITION'];
  if (spec === undefined) return [];
  try {
    const rootfs = machine.record['ROOTFS'];
    checkSpecSupport({ spec: parsePartitionSpec(spec), ...(rootfs === undefined ? {} : { rootfs }) });
    return [];
  } catch (error) {
    if (!(error instanceof FaultsError)) throw error;
    return error.faults.map((fault) => ({ ...fault, ...placeOf(machine, 'PARTITION') }));
  }
}

function checkDiskBindings(machine: Machine): Fault[] {
  return Object.entries(diskBindings(machine.record)).flatMap(([name, selector]) => {
    const result = parseDiskSelector(selector);
    return typeof result === 'string'
      ? [{ severity: 'error', ...placeOf(machine, `DISK_${name}`), message: `DISK_${name}: ${result}` } as const]
      : [];
  });
}

function checkPackages(machine: Machine, available: ReadonlySet<string>): Fault[] {
  return packagesOf(machine.record, available).missing.map((name) => ({
    severity: 'error',
    ...placeOf(machine, 'PACKAGES'),
    message: `PACKAGES of ${machine.name} names '${name}', but the site has no packages/${name}`,
  }));
}

function placeOf(machine: Machine, variable: string): Pick<Fault, 'where' | 'line'> {
  const place = machine.where(variable);
  return place === undefined ? { where: `${machine.name}.${variable}` } : { where: place.file, line: place.line };
}
