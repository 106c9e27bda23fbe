import { MEDIUM_MOUNT } from '../../contract/medium.ts';
import type { DiskFacts } from '../../partition-specs/disk-facts.ts';

/** The disks without the stick or CD that the installer was started from: it is no place to install onto. */
export function withoutMedium(disks: readonly DiskFacts[]): DiskFacts[] {
  return disks.filter(({ mountpoints, partitions }) =>
    [mountpoints, ...partitions.map((partition) => partition.mountpoints)].every(
      (each) => !each.includes(MEDIUM_MOUNT),
    ),
  );
}
