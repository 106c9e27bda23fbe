// Labels of file systems. In: a spec, its OS family. Out: problems, and labels as they are on the disk. Pure.
import type { FilesystemKind } from './filesystems/filesystem-kind.ts';
import type { OsFamily } from './os-families/os-family.ts';
import { contentsOf } from './spec-types.ts';
import type { ContentRequest, PartitionSpec } from './spec-types.ts';

type Repeated = { readonly column: number; readonly message: string };
type Labelled = Pick<ContentRequest, 'label' | 'mountPoint'>;

/** What `label=` says or, if it fits, the mount point, as the file system has it: `DATA` on FAT. */
export function labelOf({ label, mountPoint }: Labelled, kind: FilesystemKind): string | undefined {
  const stored = kind.labelAs ?? ((text: string) => text);
  if (label !== undefined) return stored(label);
  const fits = mountPoint !== undefined && Buffer.byteLength(mountPoint) <= kind.labelMaxBytes;
  return fits && kind.labelByMountPoint ? mountPoint : undefined;
}

/** What a label's own maker would refuse or cut. */
export function labelProblems({ label = '' }: Labelled, kind: FilesystemKind): string[] {
  if (Buffer.byteLength(label) > kind.labelMaxBytes) {
    return [`label '${label}' is too long: ${kind.name} has room for ${kind.labelMaxBytes} bytes`];
  }
  const [character] = kind.labelForbids?.exec(label) ?? [];
  return character === undefined ? [] : [`label '${label}': a label of ${kind.name} cannot have '${character}'`];
}

/** Two with one label: whoever asks for it gets either, and data could not be found by it again. */
export function repeatedLabels(spec: PartitionSpec, { filesystems }: OsFamily): Repeated[] {
  const seen = new Set<string>();
  return contentsOf(spec).flatMap((content) => {
    const kind = filesystems.get(content.filesystem);
    const label = kind === undefined ? undefined : labelOf(content, kind);
    if (label === undefined) return [];
    const isRepeated = seen.has(label);
    seen.add(label);
    return isRepeated ? [{ column: content.column, message: `label '${label}' is given to a second file system` }] : [];
  });
}
