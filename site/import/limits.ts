// What a stranger's archive may cost. A person can raise two of the limits for an archive that they know.
import { GiB, formatBytes } from '../../lib/bytes.ts';
import { UserError } from '../../lib/errors.ts';

export type ImportLimits = {
  /** Bytes that are written: of files, of what was decompressed, and 4 KiB for each path. */
  readonly diskBytes: number;
  /** Whether the disk has not more than twice that. */
  readonly isDiskFull?: boolean;
  /** From the first byte to the last. */
  readonly milliseconds: number;
  /** Files, directories and links, with the directories that are only parts of names. */
  readonly paths: number;
  /** All names and attributes together, which are held in memory. */
  readonly textBytes: number;
};

/**
 * All files with their holes, as a multiple of what may be written: whoever publishes or compares such a file reads its
 * holes, too.
 */
export const SIZE_FACTOR = 8;

export const DEFAULT_LIMITS: ImportLimits = {
  diskBytes: 8 * GiB,
  milliseconds: 10 * 60_000,
  paths: 500_000,
  textBytes: 128 * 1024 ** 2,
};

/** The error for an archive that costs more than it may. */
export function beyond(what: string, how: string): UserError {
  return new UserError(`importing ${what}: ${how}; nothing was changed`, {
    exitCode: 2,
    hint: 'if you know the archive, --limit-gib and --limit-seconds lift what it may cost',
  });
}

/** `8 GiB`, or `31 KiB, half of what is free on the disk of the site`. */
export function describeDiskLimit({ diskBytes, isDiskFull = false }: ImportLimits): string {
  return `${formatBytes(diskBytes)}${isDiskFull ? ', half of what is free on the disk of the site' : ''}`;
}
