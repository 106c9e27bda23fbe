// The files of a run. In: the description, the machine's state. Out: what was changed. Never: reads a manifest when the
// machine is as the last run left it for this very description.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Lookup } from '../contract/lookup.ts';
import { wordsOf } from '../contract/record.ts';
import { digestOf } from '../lib/inputs-digest.ts';
import { commandSource } from '../packagelink/after-command.ts';
import { applyWithCommands } from '../packagelink/apply-with-commands.ts';
import type { WithCommandsResult } from '../packagelink/apply-with-commands.ts';
import { readSettled } from '../packagelink/is-settled.ts';
import { readPlace } from '../packagelink/read-place.ts';
import { renderLinux } from '../partition-specs/render/linux.ts';
import type { Description } from './find-description.ts';
import { FILES_DATABASE } from './machine-state.ts';
import { ownMounts } from './own-mounts.ts';
import { planFiles } from './plan-files.ts';
import type { PartialContext } from './run-partial.ts';
import { systemOf } from './systems/all.ts';

/** What a run compares, besides the description itself. */
export type Places = {
  readonly target: string;
  readonly stateFile: string;
  readonly mounts: readonly string[];
  readonly keyOf: (lookup: Lookup) => string;
};

/** Where a run looks, and the key of what it will have brought about. */
export async function describePlaces({ root, state, agent }: PartialContext): Promise<Places> {
  const fstab = await readFile(join(root, 'etc/fstab'), 'utf8').catch(() => '');
  // Another agent may render other files from the same description.
  const program = agent === undefined ? 'none' : await readFile(join(agent.dir, 'VERSION'), 'utf8').catch(() => '');
  const mounts = ownMounts(state.layout, fstab);
  const shared = [JSON.stringify(state.layout ?? null), JSON.stringify(state.consoles), program, mounts.join('\n')];
  return {
    target: root,
    stateFile: join(root, FILES_DATABASE),
    mounts,
    keyOf: ({ generation }) => digestOf([generation, ...shared]),
  };
}

/** What the last run said, if nothing was touched since and the description is the same; `contents` reads every file. */
export async function askSettled(
  { keyOf, ...places }: Places,
  lookup: Lookup,
  contents: boolean,
): Promise<{ readonly notices: readonly string[] } | undefined> {
  const key = keyOf(lookup);
  return await readSettled({ ...places, contents, osmode: osmodeOf(lookup), isCurrent: (found) => found === key });
}

const osmodeOf = ({ record }: Lookup): 'image' | 'packages' => (record['OSMODE'] === 'packages' ? 'packages' : 'image');

/** Compares every path with the description and puts right what differs, then runs what packages ask for; nothing where the last run settled it. */
export async function bringFilesBack(
  context: PartialContext,
  { lookup, files, fetcher }: Description,
  { keyOf, ...places }: Places,
): Promise<WithCommandsResult> {
  if ('settled' in files)
    return { changes: [], errors: [], notices: files.settled.notices, commands: [], isWhole: true };
  const { state, run, mode, allowMassDelete, contents } = context;
  const agreed = new Set(wordsOf(lookup.record['MASS_DELETE']));
  const tree = planFiles({
    lookup,
    ...files.manifests,
    diskFiles: state.layout === undefined ? undefined : renderLinux(state.layout).files,
    consoles: state.consoles,
    system: systemOf(lookup.record['OS']),
  });
  return applyWithCommands({
    ...places,
    key: keyOf(lookup),
    tree,
    sources: [files.manifests.image, ...files.manifests.packages].map(commandSource),
    place: places.target === '/' ? readPlace() : 'chroot',
    fetcher,
    dryRun: mode !== 'run',
    contents,
    osmode: osmodeOf(lookup),
    run,
    massDelete: (owner) => allowMassDelete || agreed.has('*') || agreed.has(owner),
  });
}
