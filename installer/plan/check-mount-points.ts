// Whether everything can be mounted where PARTITION says, among the files that the machine gets. In: the layout, the
// merged tree. Out: faults. Pure.
import type { Fault } from '../../lib/errors.ts';
import type { MergedTree, TreeEntry } from '../../packagelink/tree/tree.ts';
import { filledPlaces } from '../../partition-specs/layout.ts';
import type { Layout } from '../../partition-specs/layout.ts';

/**
 * A mount point, and every directory above it, must be a directory: the installer mounts before it writes files, so
 * another thing of that name could not be written, or would be what is mounted on at the next start.
 */
export function checkMountPoints(layout: Pick<Layout, 'disks' | 'arrays' | 'groups'>, tree: MergedTree): Fault[] {
  const others = new Map<string, TreeEntry>(
    tree.entries.flatMap((entry) => (entry.type === 'directory' ? [] : [[`/${entry.path}`, entry] as const])),
  );
  return filledPlaces(layout).flatMap(({ content: { mountPoint = '/' } }) => {
    const names = mountPoint.split('/').filter(Boolean);
    const paths = names.map((_, index) => `/${names.slice(0, index + 1).join('/')}`);
    return paths.flatMap((path): Fault[] => {
      const entry = others.get(path);
      if (entry === undefined) return [];
      const what = path === mountPoint ? 'it' : `${path} above it`;
      const target = entry.type === 'symlink' ? ` to ${entry.target}` : '';
      const message = `nothing can be mounted on ${mountPoint}: ${what} is a ${entry.type}${target} of ${entry.owner}`;
      return [{ severity: 'error', where: 'PARTITION', message }];
    });
  });
}
