// Do the disks of PARTITION and the DISK_<name> of a record belong together? In: both. Out: warnings. Pure.
import { UserError } from '../lib/errors.ts';
import type { Fault } from '../lib/errors.ts';
import { diskBindings } from '../partition-specs/disk-bindings.ts';
import { parsePartitionSpec } from '../partition-specs/spec.ts';

type Finding = { readonly variable: string } & Pick<Fault, 'message' | 'suggestion'>;

/**
 * Disks that no machine could have: without `DISK_` among several, or two that are bound alike; and bindings of disks
 * that PARTITION does not have. A PARTITION that is not sound has nothing to compare: whoever checks it says why.
 */
export function bindingFindings(partition: string, record: Readonly<Record<string, string>>): Finding[] {
  const names = diskNames(partition);
  if (names === undefined) return [];
  const bindings = diskBindings(record);
  const unbound = names.length < 2 ? [] : names.filter((name) => bindings[name] === undefined);
  const alike = Object.entries(bindings).filter(([name, selector]) =>
    Object.entries(bindings).some(([other, same]) => other < name && same === selector && names.includes(other)),
  );
  return [
    ...unbound.map((name) => ({
      variable: 'PARTITION',
      message: `PARTITION has ${names.length} disks, and nothing says which is ${name}`,
      suggestion: `set DISK_${name}=serial:…`,
    })),
    ...Object.keys(bindings)
      .filter((name) => !names.includes(name))
      .map((name) => ({
        variable: `DISK_${name}`,
        message: `DISK_${name} binds a disk that PARTITION does not have`,
        suggestion: `it has ${names.join(', ')}`,
      })),
    ...alike
      .filter(([name]) => names.includes(name))
      .map(([name, selector]) => ({
        variable: `DISK_${name}`,
        message: `DISK_${name}=${selector} binds two disks of PARTITION to the same one`,
      })),
  ];
}

function diskNames(partition: string): string[] | undefined {
  try {
    return parsePartitionSpec(partition).disks.map(({ name }) => name);
  } catch (error) {
    // Another check says what is wrong with it.
    if (error instanceof UserError) return undefined;
    throw error;
  }
}
