// Which package system this host has. In: the root of a system. Out: a kind. Never: runs a program.
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../lib/errors.ts';
import { packageSystems } from '../../package-systems/all.ts';
import type { PackageSystem } from '../../package-systems/package-system.ts';

/** @throws UserError when there is none */
export async function findPackageSystem(root = '/'): Promise<PackageSystem> {
  for (const system of packageSystems) {
    for (const file of system.databases) if (await isThere(join(root, file))) return system;
  }
  throw new UserError('this host has neither the database of dpkg nor that of rpm: its packages cannot be reported', {
    hint: 'ls -l /var/lib/dpkg/status /var/lib/rpm',
  });
}

const isThere = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );
