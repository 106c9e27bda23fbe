// Puts a boot menu in place. In: a plan, a root. Out: why it could not be done. Never: follows a link below the root;
// leaves a menu that is partly new, or one that names a file which is not there.
import { lstatSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describeWithHint, UserError } from '../../lib/errors.ts';
import { writeFileAtomically } from '../../lib/write-file-atomically.ts';
import { openTarget } from '../../packagelink/filesystem/confined-directory.ts';
import type { ConfinedDirectories } from '../../packagelink/filesystem/confined-directory.ts';
import { syncFileSystems } from '../../packagelink/native/sync-file-systems.ts';
import type { BootMenuPlan } from './plan-boot-menu.ts';

/** Replaces the menu by one rename, and waits until it is on the disk. @returns errors; the old menu stays then */
export async function writeBootMenu(root: string, write: NonNullable<BootMenuPlan['write']>): Promise<string[]> {
  const target = openTarget(root);
  try {
    assertWhole(target, write.names);
    makeDirectory(target, dirname(write.file.path.slice(1)));
    const place = target.at(write.file.path.slice(1));
    assertUnchanged(place, write);
    discardLeftovers(place);
    await writeFileAtomically(place, write.file.content, write.file.mode);
    // GRUB reads without the journal, so that a rename that is only there is not seen after a power cut.
    syncFileSystems([dirname(place)]);
    return [];
  } catch (error) {
    const isSystems = error instanceof Error && 'code' in error;
    if (!(error instanceof UserError) && !isSystems) throw error;
    return [`${write.file.path} was not written, and nothing was deleted: ${describeWithHint(error)}`];
  } finally {
    target.close();
  }
}

function assertWhole(target: ConfinedDirectories, names: readonly string[]): void {
  for (const path of names) {
    const stat = lstatSync(target.at(path), { throwIfNoEntry: false });
    if (stat?.isFile() !== true || stat.size === 0) {
      throw new UserError(`/${path}, which the boot menu would name, is missing or empty on this machine`);
    }
  }
}

function makeDirectory(target: ConfinedDirectories, path: string): void {
  const place = target.at(path);
  if (lstatSync(place, { throwIfNoEntry: false }) === undefined) mkdirSync(place, 0o755);
}

/** What a run that was killed had not yet put in place; /boot may be small. */
function discardLeftovers(place: string): void {
  const begins = `.${basename(place)}.`;
  for (const name of readdirSync(dirname(place))) {
    if (name.startsWith(begins) && /^[0-9a-f]{12}$/.test(name.slice(begins.length))) rmSync(join(dirname(place), name));
  }
}

/** Somebody may have run update-grub since the menu was read. */
function assertUnchanged(place: string, { file, before }: NonNullable<BootMenuPlan['write']>): void {
  const stat = lstatSync(place, { throwIfNoEntry: false });
  if (stat === undefined && before === undefined) return;
  const isOfSize = stat?.isFile() === true && before !== undefined && stat.size === Buffer.byteLength(before);
  if (!isOfSize || readFileSync(place, 'utf8') !== before)
    throw new UserError(`${file.path} was changed by somebody else while this run was under way, or is a link`);
}
