// Every file system that can be planned today. A new one is a file beside this and a line here.
import { ext4 } from './ext4.ts';
import type { FilesystemKind } from './filesystem-kind.ts';
import { swap } from './swap.ts';

export const filesystems: ReadonlyMap<string, FilesystemKind> = new Map([ext4, swap].map((kind) => [kind.name, kind]));

/**
 * The kind that a layout names.
 * @throws Error when the layout was made by a newer program that knows more kinds.
 */
export function filesystemOf(name: string): FilesystemKind {
  const kind = filesystems.get(name);
  if (kind === undefined) throw new Error(`this program does not know the file system '${name}' of the layout`);
  return kind;
}
