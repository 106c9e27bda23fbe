// A person's consent: nobody needs the content of a disk that no tool can read. In: serial numbers, the planned disks.
// Out: a note for each, or a fault if no planned disk has the serial number. Pure.
import type { Fault } from '../lib/errors.ts';
import { describeDisk } from './disk-facts.ts';
import type { LayoutDisk } from './layout.ts';

/** Notes say what was found; a number that no planned disk has is a fault. */
export function noteKnownEmpty(
  serials: readonly string[],
  disks: readonly LayoutDisk[],
): { notes: string[]; faults: Fault[] } {
  const notes: string[] = [];
  const faults: Fault[] = [];
  for (const serial of serials) {
    const disk = disks.find(({ hardware }) => hardware.serial === serial);
    if (disk === undefined) faults.push(unknownSerial(serial, disks));
    else notes.push(noteOf(disk));
  }
  return { notes, faults };
}

function noteOf({ hardware, foundOnWholeDisk }: LayoutDisk): string {
  const found = foundOnWholeDisk === undefined ? '' : ` (${foundOnWholeDisk})`;
  return `what no tool can read on disk ${describeDisk(hardware)}${found} counts as free space: --known-empty says so`;
}

function unknownSerial(serial: string, disks: readonly LayoutDisk[]): Fault {
  const known = disks.map(({ hardware }) => describeDisk(hardware)).join(', ');
  return {
    severity: 'error',
    where: '--known-empty',
    message: `no disk that PARTITION names has the serial number ${serial}`,
    suggestion: `they are ${known}`,
  };
}
