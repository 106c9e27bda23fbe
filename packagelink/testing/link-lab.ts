// Trees and a target for tests of linking. In: paths and small contents. Out: what links and unlinks did, and what is there
// afterwards. Never: shipped; only tests import it; needs root.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { checkTarget } from '../link/check-target.ts';
import { linkPackages } from '../link/link-packages.ts';
import { openLinkedTarget, requireApart, stateFinder } from '../link/linked-target.ts';
import { readNamedPackage } from '../link/read-named-package.ts';
import { parsePackages } from '../package/package-argument.ts';
import { fillTree, look, ownFiles } from './small-files.ts';
import type { SmallFiles } from './small-files.ts';

type Linking = { readonly mode?: 'copy' | 'hardlink'; readonly dryRun?: boolean };

/** Trees and a target, in memory: whatever is linked waits until it is on the disk. */
export function openLinkLab(state?: string) {
  const dir = mkdtempSync('/dev/shm/gutinteg-link-');
  const target = join(dir, 'target');
  mkdirSync(target);
  const { root, stateFile } = openLinkedTarget(target, state === undefined ? undefined : join(target, state));
  const put = (name: string, files: SmallFiles, settings = ''): string => {
    const tree = join(dir, name);
    rmSync(tree, { recursive: true, force: true });
    fillTree(tree, { ...files, '.packagelink.yaml': ownFiles() + settings });
    return tree;
  };
  const link = async (
    words: readonly string[],
    gone: readonly string[],
    { mode = 'copy', dryRun = false }: Linking,
  ) => {
    const result = await linkPackages({
      target,
      stateFile,
      dryRun,
      massDelete: () => true,
      mounts: [],
      runsCommands: false,
      change: async ({ packages, directories }) => {
        const reading = { mode, defines: { V: 'value' }, store: undefined };
        const linked = await Promise.all(
          parsePackages(words, { machine: {} }).map(async (one) => await readNamedPackage(one, reading)),
        );
        requireApart({ root, stateFile }, linked);
        const names = new Set([...gone, ...linked.map(({ name }) => name)]);
        const stay = packages.filter(({ name }) => !names.has(name));
        return { packages: [...stay, ...linked], linked, unlinked: gone, directories };
      },
    });
    return { ...result, said: result.changes.map(({ action, path }) => `${action} ${path}`).toSorted() };
  };
  const isOfState = stateFinder({ root, stateFile });
  const shown = () => Object.fromEntries(Object.entries(look(target)).filter(([path]) => !isOfState(path)));
  return {
    target,
    stateFile,
    put,
    shown,
    link: async (word: string, linking: Linking = {}) => await link([word], [], linking),
    unlink: async (name: string, linking: Linking = {}) => await link([], [name], linking),
    check: async () => await checkTarget({ target, stateFile, fast: false, exclude: [], isOfState, mounts: [] }),
    [Symbol.dispose]: () => rmSync(dir, { recursive: true }),
  };
}
