import { FaultsError } from '../lib/errors.ts';
import type { Fault } from '../lib/errors.ts';
import type { Machine, RecordCheck } from '../machdb/types.ts';
import { parsePartitionSpec } from '../partition-specs/spec.ts';
import { packagesOf } from './packages.ts';

/** The checks of a record that the database cannot do alone: PARTITION parses, every package exists. */
export function siteChecks(availablePackages: ReadonlySet<string>): RecordCheck[] {
  return [checkPartition, (machine) => checkPackages(machine, availablePackages)];
}

function checkPartition(machine: Machine): Fault[] {
  const spec = machine.record['PARTITION'];
  if (spec === undefined) return [];
  try {
    parsePartitionSpec(spec);
    return [];
  } catch (error) {
    if (!(error instanceof FaultsError)) throw error;
    return error.faults.map((fault) => ({ ...fault, ...placeOf(machine, 'PARTITION') }));
  }
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
