// What to run and to read for facts-from-tools.ts, as data. The installer runs it and interprets nothing.
// In order: lsblkArgv; for each of disksToProbe: tableArgv, listSignaturesArgv (wipefs-output.ts), its first sector and
// the sysfsFiles; for each of placeProbes: its argv and whether its ends are zero; once: physicalVolumesArgv.
import type { Argv } from '../lib/run-command.ts';
import { parseLsblk, probedDisk } from './lsblk-json.ts';
import { placesToLookAt } from './places-to-look-at.ts';
import type { ProbePlace, ProbedDisk } from './places-to-look-at.ts';
import { parseSfdisk } from './sfdisk-json.ts';

export type DiskProbe = {
  /** Standard output of `tableArgv`; absent when it was empty, that is, there is no table. */
  readonly table?: string;
  /** File below /sys/block/NAME → its text, read as latin1; absent files left out. */
  readonly sysfs: Readonly<Record<string, string>>;
  /** Key of a place → what its probe found, from `probedSignature`. */
  readonly signatures: Readonly<Record<string, string>>;
  /** Standard output of wipefs for the whole disk; absent where nobody asked it. */
  readonly wipefs?: string;
  /** The first 512 bytes as latin1; absent where they could not be read. */
  readonly firstSector?: string;
  /** Key of a place → which parts of `mustBeZero` are zero; absent where nobody looked. */
  readonly zeros?: Readonly<Record<string, Zeros>>;
  /** Name of the disk under /dev/disk/by-path, where there is such a directory. */
  readonly byPath?: string;
};

/** False for what cannot be read: nobody has seen that it is empty. */
export type Zeros = { readonly [Part in keyof ProbePlace['mustBeZero']]: boolean };

const COLUMNS = 'NAME,PATH,TYPE,SIZE,LOG-SEC,PHY-SEC,ROTA,RM,RO,TRAN,SERIAL,WWN,MODEL,FSTYPE,LABEL,UUID,MOUNTPOINTS';

export const lsblkArgv: Argv = ['lsblk', '--json', '--bytes', '--output', COLUMNS];

/**
 * Prints which volume group each physical volume is in, of all devices at once. Where there is no such program, there
 * is no LVM. Exit code 5: a group has lost a physical volume; the others are printed.
 */
export const physicalVolumesArgv: Argv = [
  'lvm',
  'pvs',
  '--reportformat=json',
  '--options=pv_name,pv_uuid,vg_name,vg_uuid',
];
export const physicalVolumesOkExitCodes: readonly number[] = [0, 5];

/** Prints the partition table. Exit code 1 with nothing on standard output: there is none. */
export function tableArgv(diskPath: string): Argv {
  return ['sfdisk', '--json', diskPath];
}
export const tableOkExitCodes: readonly number[] = [0, 1];

/** The serial number of the USB device that a disk hangs on, four directories up from its link `device`. */
export const usbSerialFile = 'device/../../../../serial';

/** Below /sys/block/NAME, to be read without shortening `..`, as `device` is a link; most disks have only some of them. */
export const sysfsFiles: readonly string[] = [
  'serial',
  'wwid',
  'device/serial',
  'device/wwid',
  'device/model',
  'device/vpd_pg80',
  usbSerialFile,
];

/** Disks and loop devices with something on them; `sysfsName` is the directory in /sys/block. */
export function disksToProbe(lsblk: string): (ProbedDisk & { readonly sysfsName: string })[] {
  return parseLsblk(lsblk)
    .filter((device) => device.size > 0)
    .map((device) => ({ ...probedDisk(device), sysfsName: device.name.replaceAll('/', '!') }));
}

/**
 * One probe for the disk as a whole, one for each partition, by offset, so that the kernel need not know it, and one
 * for each free space.
 * Exit codes 2 and 8 with nothing on standard output: no signature, or several that contradict each other.
 */
export function placeProbes(disk: ProbedDisk, table: string | undefined): { place: ProbePlace; argv: Argv }[] {
  const parsed = table === undefined ? undefined : parseSfdisk(table, disk.path);
  return placesToLookAt(disk, parsed).map((place) => {
    return { place, argv: place.kind === 'disk' ? blkidArgv(disk.path) : rangeProbe(disk.path, place) };
  });
}
export const signatureOkExitCodes: readonly number[] = [0, 2, 8];

/** What a probe found, as its output says it. Signatures that contradict each other are something, not nothing. */
export function probedSignature({ exitCode, stdout }: { exitCode: number; stdout: string }): string {
  return exitCode === AMBIVALENT ? 'TYPE=several signatures\n' : stdout;
}
const AMBIVALENT = 8;

/** One probe of a range of the disk, whatever its table says of it. */
export function rangeProbe(diskPath: string, range: { startBytes: number; sizeBytes: number }): Argv {
  return blkidArgv(diskPath, '--offset', String(range.startBytes), '--size', String(range.sizeBytes));
}

/** One probe of a whole device: a partition, an array, a volume. */
export function deviceProbe(path: string): Argv {
  return blkidArgv(path);
}

function blkidArgv(diskPath: string, ...range: readonly string[]): Argv {
  return ['blkid', '--probe', '--output', 'export', '--usages', 'filesystem,raid,crypto,other', ...range, diskPath];
}
