// The files of a run. In: the description, the machine's state. Out: what was changed. Never: reads a manifest when the
// machine is as the last run left it for this very description.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Lookup } from '../../contract/lookup.ts';
import { wordsOf } from '../../contract/record.ts';
import { digestOf } from '../../lib/inputs-digest.ts';
import { readIfThere } from '../../lib/read-if-there.ts';
import { whenMissing } from '../../lib/when-missing.ts';
import { commandSource } from '../../packagelink/package/after-command.ts';
import { applyWithCommands } from '../../packagelink/commands/apply-with-commands.ts';
import type { WithCommandsResult } from '../../packagelink/commands/apply-with-commands.ts';
import { readJournal } from '../../packagelink/state/after-journal.ts';
import { findUpdate, settledBase } from '../../packagelink/partial/find-update.ts';
import type { Update } from '../../packagelink/partial/find-update.ts';
import { readSettled } from '../../packagelink/compare/is-settled.ts';
import { readPlace } from '../../packagelink/commands/read-place.ts';
import { manifestsOf } from '../description/fetch-manifests.ts';
import type { Manifests } from '../description/fetch-manifests.ts';
import type { Description, Shortcut } from '../description/find-description.ts';
import { beginBootMenu } from '../kernels/boot-menu-part.ts';
import { espMenus } from '../kernels/esp-menus.ts';
import { readBootFacts } from '../kernels/read-boot-facts.ts';
import type { BootFacts } from '../kernels/read-boot-facts.ts';
import { FILES_DATABASE } from '../machine/machine-state.ts';
import { ownMounts } from '../plan/own-mounts.ts';
import { planRunFiles } from './plan-run-files.ts';
import { refuseUnsigned } from './refuse-unsigned.ts';
import type { PartialContext } from './run-context.ts';

/** What a run compares, besides the description itself. */
export type Places = {
  readonly target: string;
  readonly stateFile: string;
  readonly mounts: readonly string[];
  readonly boot: BootFacts;
  readonly keyOf: (lookup: Lookup) => string;
  /** The same without the manifests' digests. */
  readonly frameOf: (lookup: Lookup) => string;
};

/** Where a run looks, and the key of what it will have brought about. */
export async function describePlaces({ root, state, agent }: PartialContext): Promise<Places> {
  // The layout says it where there is one. Without fstab no mount is known; with one that cannot be read, nothing is.
  const fstab = state.layout === undefined ? await readIfThere(join(root, 'etc/fstab')) : undefined;
  // Another agent may render other files from the same description.
  const program =
    agent === undefined ? 'none' : await readFile(join(agent.dir, 'VERSION'), 'utf8').catch(whenMissing(''));
  const mounts = ownMounts(state.layout, fstab?.toString('utf8') ?? '');
  const facts = await readBootFacts(root);
  const boot = { ...facts, menus: [...facts.menus, ...espMenus(state.bootLoader)] };
  // Another kernel was started, or another menu written: other kernels may go.
  const starts = JSON.stringify([boot.started, boot.menus, boot.unreadable]);
  const known = [JSON.stringify(state.layout ?? null), JSON.stringify(state.consoles), program, mounts.join('\n')];
  const shared = [...known, starts];
  return {
    target: root,
    stateFile: join(root, FILES_DATABASE),
    mounts,
    boot,
    keyOf: ({ generation }) => digestOf([generation, ...shared]),
    frameOf: ({ name, record, image, packages }) => {
      const named = packages.map((each) => [each.name, each.priority]);
      return digestOf([JSON.stringify([name, record, image.name, named]), ...shared]);
    },
  };
}

/**
 * What needs no manifest: what the last run said, if nothing was touched since and the description is the same; or new
 * content of some files, where that is all that differs. `contents` reads every file.
 */
export async function findShortcut(
  { keyOf, frameOf, boot: _boot, ...places }: Places,
  { lookup, cache, fetcher }: Pick<Description, 'lookup' | 'cache' | 'fetcher'>,
  contents: boolean,
): Promise<Shortcut | undefined> {
  const key = keyOf(lookup);
  const comparing = { ...places, contents, osmode: osmodeOf(lookup) };
  const settled = readSettled({ ...comparing, isCurrent: (found) => found === key });
  if (settled !== undefined) return { settled };
  const wanted = { frame: frameOf(lookup), manifests: manifestsOf(lookup), cache, fetcher };
  const update = await findUpdate(comparing, wanted);
  return update === undefined ? undefined : { update };
}

const osmodeOf = ({ record }: Lookup): 'image' | 'packages' => (record['OSMODE'] === 'packages' ? 'packages' : 'image');

/** Compares every path with the description and puts right what differs, then runs what packages ask for; nothing where the last run settled it. */
export async function convergeFiles(
  context: PartialContext,
  { lookup, files, fetcher }: Description,
  { keyOf, frameOf, boot, ...places }: Places,
): Promise<WithCommandsResult> {
  if ('settled' in files)
    return { changes: [], errors: [], notices: files.settled.notices, commands: [], isWhole: true };
  const { state, mode, allowMassDelete, contents } = context;
  const agreed = new Set(wordsOf(lookup.record['MASS_DELETE']));
  const key = keyOf(lookup);
  const osmode = osmodeOf(lookup);
  const { menu, ...about } = 'update' in files ? describeUpdate(files.update) : describeWhole(files.manifests);
  // Kernels come and go with paths, and an update has none that comes or goes.
  function describeUpdate({ tree, base, fetcher: withPacks }: Update) {
    // What packages name is as it was, and the journal has all of it.
    const sources = readJournal(places.stateFile).journal.known;
    return { tree, settles: { key, base }, sources, isUpdate: true, fetcher: withPacks, menu: undefined };
  }
  function describeWhole(read: Manifests) {
    const { tree, retention, menu: planned } = planRunFiles({ lookup, manifests: read, state, boot, osmode });
    const manifests = [read.image, ...read.packages];
    const layers = manifestsOf(lookup).flatMap((ref, index) => {
      const manifest = manifests[index];
      return manifest === undefined ? [] : [{ ...ref, manifest }];
    });
    const settles = { key, base: settledBase(frameOf(lookup), layers, tree) };
    return { tree, settles, sources: manifests.map(commandSource), fetcher, retention, menu: planned };
  }
  // With apt's kernels, the image's are not brought.
  if (osmode === 'image' && (await context.secureBoot())) {
    const { record } = lookup;
    await refuseUnsigned({
      root: places.target,
      state,
      record,
      tree: about.tree,
      menus: boot.menus,
      fetcher: about.fetcher,
    });
  }
  const bootMenu = beginBootMenu(places.target, menu, mode !== 'run');
  const done = await applyWithCommands({
    ...places,
    ...about,
    place: places.target === '/' ? readPlace() : 'chroot',
    dryRun: mode !== 'run',
    contents,
    osmode,
    massDelete: (owner) => allowMassDelete || agreed.has('*') || agreed.has(owner),
    beforeDeletions: bootMenu.write,
  });
  const { changes, errors } = bootMenu.result();
  return { ...done, changes: [...done.changes, ...changes], errors: [...done.errors, ...errors] };
}
