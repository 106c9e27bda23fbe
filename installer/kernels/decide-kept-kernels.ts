// Which kernels stay, whatever the packages say. In: what was started, what the boot menus name, the wanted tree. Out: a
// reason for each path that stays. Pure.
import type { Retention } from '../../packagelink/tree/retention.ts';
import type { MergedTree } from '../../packagelink/tree/tree.ts';
import type { BootFacts } from './read-boot-facts.ts';
import { isKernel, releaseOfInitramfs, releaseOfPath } from '../boot-loaders/kernel-release.ts';
import { readMenuNames } from './menu-names.ts';

/**
 * What no package has any more stays while it belongs to the running kernel, to the one that ran before it, or to a boot
 * menu, whoever wrote that. The initramfs of a kernel that goes, goes with it, also where the image lays it down once.
 */
export function decideKeptKernels(facts: BootFacts, tree: MergedTree): Retention {
  const menus = facts.menus.map(({ path, text }) => ({ path, names: readMenuNames(text) }));
  const wanted = collectWanted(tree);
  // Where nobody has seen the system start, its menu is the only word on what starts it.
  const isUnknown = facts.started.last === undefined && !menus.some(({ names }) => names.hasKernels);
  const reasons = new Map<string, string | undefined>();
  const whyKernel = (release: string): string | undefined => {
    const named = menus.find(({ names }) => names.hasRelease(release));
    const why = [
      ...(isUnknown ? ['it is not known which kernel starts this system'] : whyStarted(release, facts)),
      ...(named === undefined ? [] : [`/${named.path} names it`]),
      ...facts.unreadable.map((path) => `/${path} cannot be read, and may name it`),
    ];
    return why.length === 0 ? undefined : `Linux ${release}: ${why.join('; ')}`;
  };
  return {
    whyHeld: (path) => {
      const belongsTo = releaseOfPath(path);
      // What a package has dropped from a kernel that it still has, that kernel does not need.
      const release = belongsTo !== undefined && wanted().kernels.has(belongsTo) ? undefined : belongsTo;
      if (release !== undefined && !reasons.has(release)) reasons.set(release, whyKernel(release));
      const why = release === undefined ? undefined : reasons.get(release);
      const named = why === undefined ? menus.find(({ names }) => names.hasPath(path)) : undefined;
      return named === undefined ? why : `/${named.path} names it`;
    },
    goesUnchanged: (path) => {
      const release = releaseOfInitramfs(path);
      return release !== undefined && !wanted().releases.has(release);
    },
  };
}

/** Of a tree: releases of which it has anything, and those whose kernel it has. Few runs ask, and a tree may be large. */
function collectWanted(tree: MergedTree) {
  let known: { readonly releases: Set<string>; readonly kernels: Set<string> } | undefined;
  return () => {
    if (known !== undefined) return known;
    known = { releases: new Set(), kernels: new Set() };
    for (const { path } of tree.entries) {
      const release = releaseOfPath(path);
      if (release === undefined) continue;
      known.releases.add(release);
      if (isKernel(path)) known.kernels.add(release);
    }
    return known;
  };
}

function whyStarted(release: string, { started, isRunning }: BootFacts): string[] {
  if (release === started.last) return [isRunning ? 'it is running' : 'this system started it last'];
  return started.last !== undefined && release === started.before ? [`it ran before Linux ${started.last}`] : [];
}
