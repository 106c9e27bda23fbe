// Which disk of a record a restore is about, and whether the attached disk is that disk. In: a record, facts, the serial
// that was named. Out: the saved disk, or an error that says what was found instead. Pure.
import type { SavedDisk } from '../../contract/disk-record.ts';
import { formatBytes } from '../../lib/bytes.ts';
import { UserError } from '../../lib/errors.ts';
import { describeDisk } from '../../partition-specs/disk-facts.ts';
import type { DiskFacts } from '../../partition-specs/disk-facts.ts';

/** What is written for --serial where neither the record nor the attached disk has a serial number. */
const NO_SERIAL = 'none';

/**
 * @throws UserError (exit code 2) unless exactly one disk of the record has that serial, and the attached disk reports
 * the same serial, size and sectors; exit code 1 when the disk cannot be written to now
 */
export function matchSavedDisk(input: {
  readonly saved: readonly SavedDisk[];
  readonly attached: DiskFacts;
  readonly serial: string;
}): SavedDisk {
  const { attached, serial } = input;
  const wanted = serial === NO_SERIAL ? undefined : serial;
  if (attached.serial !== wanted) {
    const said = attached.serial === undefined ? 'reports no serial number' : `has serial ${attached.serial}`;
    throw refusal(`the disk at ${attached.path} ${said}, not ${serial}`, 'gutinteg facts');
  }
  const saved = onlyOne(input.saved, wanted, attached);
  if (saved.sizeBytes !== attached.sizeBytes || saved.logicalSectorBytes !== attached.logicalSectorBytes) {
    throw refusal(
      `the saved disk has ${geometryOf(saved)}, but ${describeDisk(attached)} has ${geometryOf(attached)}`,
      'gutinteg facts',
    );
  }
  const inUse = usesOf(attached);
  if (attached.readOnly) inUse.push('it is read-only');
  if (inUse.length > 0) {
    throw new UserError(`disk ${describeDisk(attached)} is in use: ${inUse.join('; ')}. Nothing was changed`, {
      hint: 'unmount it and stop what runs on it, or start another system on this machine',
    });
  }
  return saved;
}

/** Without a serial number the size decides, and only where it names one disk. */
function onlyOne(all: readonly SavedDisk[], wanted: string | undefined, attached: DiskFacts): SavedDisk {
  const sameSerial = all.filter(({ serial }) => serial === wanted);
  const found =
    wanted === undefined ? sameSerial.filter(({ sizeBytes }) => sizeBytes === attached.sizeBytes) : sameSerial;
  const [saved] = found;
  if (saved !== undefined && found.length === 1) return saved;
  const list = all.map((disk) => describeDisk(disk)).join('; ') || 'none';
  const which = wanted === undefined ? `without serial of ${attached.sizeBytes} bytes` : `with serial ${wanted}`;
  const many = found.length === 0 ? 'no disk' : `${found.length} disks`;
  throw refusal(`the record has ${many} ${which}; its disks are: ${list}`, 'gutinteg partition tables HOST');
}

function refusal(message: string, hint: string): UserError {
  return new UserError(`${message}. Nothing was changed`, { exitCode: 2, hint });
}

function geometryOf(disk: Pick<SavedDisk, 'sizeBytes' | 'logicalSectorBytes'>): string {
  return `${disk.sizeBytes} bytes (${formatBytes(disk.sizeBytes)}) in sectors of ${disk.logicalSectorBytes}`;
}

function usesOf(disk: DiskFacts): string[] {
  const places = [{ path: disk.path, mountpoints: disk.mountpoints, holders: disk.holders }, ...disk.partitions];
  return places.flatMap(({ path, mountpoints, holders }) => [
    ...mountpoints.map((mountPoint) => `${path} is mounted on ${mountPoint}`),
    ...holders.map((holder) => `${path} is part of ${holder}`),
  ]);
}
