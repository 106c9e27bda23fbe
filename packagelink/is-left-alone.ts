import type { PartialInput } from './plan-partial.ts';
import { isAlwaysLeftAlone } from './tree.ts';
import type { TreeEntry } from './tree.ts';

/** Whether a run leaves this path alone whatever it finds: laid down once before, pinned, or the package manager's. */
export function isLeftAlone(entry: TreeEntry, input: Pick<PartialInput, 'tree' | 'osmode' | 'installed'>): boolean {
  if (input.osmode === 'packages' && input.tree.images.includes(entry.owner)) return true;
  return isAlwaysLeftAlone(entry) && input.installed.has(entry.path);
}
