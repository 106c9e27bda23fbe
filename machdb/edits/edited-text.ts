// What an edit makes of the texts of a database, for tests. In: texts and a plan. Out: the new texts, what is printed.
import type { EditPlan, MachdbFile } from './draft.ts';
import { formatEdit } from './format-edit.ts';

export function file(text: string, path = 'x.db'): MachdbFile {
  return { path, text };
}

/** The texts as the plan leaves them. */
export function after(files: readonly MachdbFile[], plan: EditPlan): string {
  const changed = new Map(plan.files.map(({ path, newText }) => [path, newText]));
  return files.map(({ path, text }) => changed.get(path) ?? text).join('---\n');
}

export function said(plan: EditPlan): string[] {
  return formatEdit({ ...plan, warnings: [] })
    .trimEnd()
    .split('\n');
}
