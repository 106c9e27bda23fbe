// Puts boot loaders into `boot/ARCH/`. In: the recipe and a cache. Out: files, and a record of their digests.
// Never: runs or installs a package; signs or changes a byte: firmware checks signatures of others over them.
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../lib/errors.ts';
import { whenMissing } from '../../lib/when-missing.ts';
import { writeFileAtomically } from '../../lib/write-file-atomically.ts';
import { unpackPackages } from '../unpack-packages.ts';
import type { PackageSource } from '../unpack-packages.ts';
import { readBootFilesRecord, sha256Of, writeBootFilesRecord } from './boot-files-record.ts';
import { makeBiosCd } from './make-bios-cd.ts';
import { BIOS_CD_FILE, bootFilePackages, bootFiles, bootFilesSuite } from './recipe.ts';

/**
 * The unpacked packages of the recipe, for what is made of more than the named files: GRUB's modules for a BIOS are in
 * `usr/lib/grub/i386-pc`.
 * @public
 */
export function fetchBootPackages(source: PackageSource): Promise<string> {
  const packages = bootFilePackages(source.architecture);
  return unpackPackages({ suite: bootFilesSuite, packages, whose: "the boot loaders'" }, source);
}

/** False when `outDir` already had all of them. @throws UserError when a package cannot be had or lacks a file */
export async function placeBootFiles(source: PackageSource & { readonly outDir: string }): Promise<boolean> {
  const { architecture, outDir } = source;
  const root = await fetchBootPackages(source);
  const files = new Map<string, Uint8Array>();
  for (const { name, path } of bootFiles(architecture)) files.set(name, await readPacked(root, path));
  if (architecture.grub.bios !== undefined) files.set(BIOS_CD_FILE, await makeBiosCd(root, architecture));
  const changed = await writeBootFiles(outDir, files);
  source.onProgress?.(`${files.size} files of ${architecture.name}, ${changed ? 'placed' : 'unchanged'}`);
  return changed;
}

/** The record is written last: what it names is whole. */
export async function writeBootFiles(outDir: string, files: ReadonlyMap<string, Uint8Array>): Promise<boolean> {
  await mkdir(outDir, { recursive: true });
  const sha256 = Object.fromEntries([...files].map(([name, bytes]) => [name, sha256Of(bytes)]));
  const record = { suite: bootFilesSuite, sha256 };
  let changed = JSON.stringify(await readBootFilesRecord(outDir).catch(() => undefined)) !== JSON.stringify(record);
  for (const [name, bytes] of files) {
    const before = await readFile(join(outDir, name)).catch(whenMissing(undefined));
    if (before !== undefined && sha256Of(before) === sha256[name]) continue;
    await writeFileAtomically(join(outDir, name), bytes);
    changed = true;
  }
  if (changed) await writeBootFilesRecord(outDir, record);
  return changed;
}

async function readPacked(root: string, path: string): Promise<Uint8Array> {
  return readFile(join(root, path)).catch((cause: unknown) => {
    const hint = `rm -r ${root}, then run the same command again`;
    throw new UserError(`Debian's packages of boot loaders have no ${path}; they are unpacked in ${root}`, {
      cause,
      hint,
    });
  });
}
