import { FaultsError } from '../../lib/errors.ts';
import { parsePartitionSpec } from '../../partition-specs/spec.ts';

/**
 * The files that are rendered from the layout of a Linux machine's disks, as absolute paths: known without the disks,
 * other than what is in them.
 */
export function diskFilePaths(partition: string): string[] {
  return ['/etc/fstab', ...(hasArrays(partition) ? ['/etc/mdadm/mdadm.conf'] : [])];
}

function hasArrays(partition: string): boolean {
  try {
    return parsePartitionSpec(partition).arrays.length > 0;
  } catch (error) {
    // Whether PARTITION is sound, `machdb check` says.
    if (error instanceof FaultsError) return false;
    throw error;
  }
}
