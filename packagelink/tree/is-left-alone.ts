import type { InstalledPath } from './installed-path.ts';
import { isAlwaysLeftAlone } from './tree.ts';
import type { MergedTree, TreeEntry } from './tree.ts';

type Circumstances = {
  readonly tree: Pick<MergedTree, 'images'>;
  /** `packages` leaves what came with the image to the package manager. */
  readonly osmode: 'image' | 'packages';
  readonly installed: ReadonlyMap<string, InstalledPath>;
};

/** Whether a run leaves this path alone whatever it finds: laid down once before, pinned, or the package manager's. */
export function isLeftAlone(entry: TreeEntry, { tree, osmode, installed }: Circumstances): boolean {
  if (osmode === 'packages' && tree.images.includes(entry.owner)) return true;
  return isAlwaysLeftAlone(entry) && installed.has(entry.path);
}
