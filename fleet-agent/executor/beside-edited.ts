// Files that packages have laid beside configuration that was edited. In: endings of names, /etc before and after. Out: the files that
// stay as they were. Never: reads a file, follows a link, or looks without end.
import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { whenRefused } from '../../lib/when-missing.ts';

const MAX_ENTRIES = 100_000;

/** By path; the time of the last change of its attributes, in milliseconds. */
export type Beside = Readonly<Record<string, number>>;

export function listBeside(endings: readonly string[], directory = '/etc'): Beside {
  const found: Record<string, number> = {};
  const open = [directory];
  for (let seen = 0; open.length > 0 && seen < MAX_ENTRIES;) {
    const path = open.pop() ?? '';
    for (const entry of entriesOf(path)) {
      seen += 1;
      const inside = join(path, entry.name);
      if (entry.isDirectory()) open.push(inside);
      else if (endings.some((ending) => entry.name.endsWith(ending))) found[inside] = changedAt(inside);
    }
  }
  return found;
}

function entriesOf(path: string) {
  try {
    return readdirSync(path, { withFileTypes: true });
  } catch (error) {
    return whenRefused([])(error);
  }
}

function changedAt(path: string): number {
  try {
    return lstatSync(path).ctimeMs;
  } catch (error) {
    return whenRefused(0)(error);
  }
}

/** The edited files themselves, of which something new lies beside; sorted. */
export const editedSince = (before: Beside, after: Beside, endings: readonly string[]): string[] =>
  Object.keys(after)
    .filter((path) => before[path] !== after[path])
    .map((path) => path.slice(0, -(endings.find((ending) => path.endsWith(ending))?.length ?? 0)))
    .sort();
