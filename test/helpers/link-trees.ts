// Links trees onto a target and takes them away, as packagelink and packageunlink do. In: a target, trees. Out: what
// changed. Never: shipped.
import { join } from 'node:path';
import type { PartialResult } from '../../packagelink/partial/apply-partial.ts';
import { linkPackages } from '../../packagelink/link/link-packages.ts';
import type { LinkedPackage } from '../../packagelink/state/linked-packages.ts';
import { parsePackages } from '../../packagelink/package/package-argument.ts';
import { readNamedPackage } from '../../packagelink/link/read-named-package.ts';

/** `words` are `[PRIORITY:]TREE`; templates know V. */
export async function linkTrees(
  target: string,
  words: readonly string[],
  mode: 'copy' | 'hardlink' = 'copy',
): Promise<PartialResult> {
  return await change(target, async (linked) => {
    const read: LinkedPackage[] = [];
    for (const one of parsePackages(words, { machine: {} }))
      read.push(await readNamedPackage(one, { mode, defines: { V: 'value' }, store: undefined }));
    return [...linked.filter((one) => !read.some(({ name }) => name === one.name)), ...read];
  });
}

/** Takes a package away; what it had overridden comes back. */
export async function unlinkTree(target: string, name: string): Promise<PartialResult> {
  return await change(target, async (linked) => linked.filter((one) => one.name !== name));
}

async function change(
  target: string,
  next: (linked: readonly LinkedPackage[]) => Promise<LinkedPackage[]>,
): Promise<PartialResult> {
  return await linkPackages({
    target,
    stateFile: join(target, '.packagelink/state.db'),
    dryRun: false,
    massDelete: () => true,
    mounts: [],
    runsCommands: false,
    change: async ({ packages, directories }) => {
      const after = await next(packages);
      const linked = after.filter((one) => !packages.includes(one));
      const unlinked = packages.filter(({ name }) => !after.some((one) => one.name === name)).map(({ name }) => name);
      return { packages: after, linked, unlinked, directories };
    },
  });
}
