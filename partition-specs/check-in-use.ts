import type { Fault } from '../lib/errors.ts';
import { describeDisk } from './disk-facts.ts';
import type { Layout } from './layout.ts';

/**
 * One fault for each disk of the layout that something runs on: mounts, swap, RAID, LVM. To be asked before the first
 * write; a layout that is only shown may have them, as facts are often taken while the old system runs.
 */
export function checkInUse(layout: Layout): Fault[] {
  return layout.disks
    .filter((disk) => disk.inUse.length > 0)
    .map((disk) => ({
      severity: 'error',
      where: disk.name,
      message: `disk ${describeDisk(disk.hardware)} is in use: ${disk.inUse.join('; ')}. Nothing was changed`,
      suggestion: 'unmount it and stop what runs on it, or start the machine from the network',
    }));
}
