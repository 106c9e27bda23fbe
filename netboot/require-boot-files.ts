import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { architectureNames, architectureOfRecord } from '../lib/architecture.ts';
import type { Architecture } from '../lib/architecture.ts';
import { UserError } from '../lib/errors.ts';
import { bootDirectory } from './boot-directory.ts';

const FILES = ['vmlinuz', 'ramdisk.img'] as const;

/** @throws UserError (exit code 2) when kernel or ramdisk of an architecture are not there */
export async function requireBootFiles(stateDir: string, architecture: Architecture): Promise<void> {
  const bootDir = bootDirectory(stateDir, architecture);
  for (const name of FILES) {
    await stat(join(bootDir, name)).catch((cause: unknown) => {
      const what = `${join(bootDir, name)} is missing; machines with ARCH=${architecture.name} boot from it`;
      throw new UserError(what, { exitCode: 2, hint: 'gutinteg prepare --site SITE', cause });
    });
  }
}

/** @throws UserError (exit code 2) when a machine with this record has no kernel and ramdisk to be installed by */
export async function requireBootFilesFor(
  { name, record }: { readonly name: string; readonly record: { readonly ARCH?: string } },
  stateDir: string,
): Promise<void> {
  const architecture = architectureOfRecord(record);
  if (architecture !== undefined) return await requireBootFiles(stateDir, architecture);
  const known = architectureNames.join(' and ');
  throw new UserError(`${name} has ARCH=${record.ARCH}, which cannot be installed; only ${known} can`, { exitCode: 2 });
}
