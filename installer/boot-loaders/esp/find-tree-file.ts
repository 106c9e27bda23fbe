import type { MergedTree, WantedFile } from '../../../packagelink/tree/tree.ts';

/** The file of an absolute path; a further name of a file is as good as the first one. */
export function findTreeFile(path: string, { entries }: MergedTree): WantedFile | undefined {
  const name = path.slice(1);
  const entry = entries.find((each) => each.path === name);
  const file = entry?.type === 'hardlink' ? entries.find((each) => each.path === entry.target) : entry;
  return file?.type === 'file' ? file : undefined;
}
