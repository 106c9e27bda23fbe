// What no package put onto a target. In: a root, what is ours. Out: paths. Never: writes; follows a link.
import { readdirSync } from 'node:fs';
import type { Dirent } from 'node:fs';

type Question = {
  readonly root: string;
  readonly isOurs: (path: string) => boolean;
  /** Paths that are neither listed nor entered. */
  readonly isLeftOut: (path: string) => boolean;
};

/** Sorted paths; a directory that no package has is one line, with a slash at its end, and is not entered. */
export function listForeign(question: Question): string[] {
  const foreign: string[] = [];
  walk('', question, foreign);
  return foreign.toSorted();
}

function walk(dir: string, question: Question, foreign: string[]): void {
  for (const entry of readDirectory(dir === '' ? question.root : `${question.root}/${dir}`)) {
    const path = dir === '' ? entry.name : `${dir}/${entry.name}`;
    if (question.isLeftOut(path)) continue;
    if (!question.isOurs(path)) foreign.push(entry.isDirectory() ? `${path}/` : path);
    else if (entry.isDirectory()) walk(path, question, foreign);
  }
}

// A directory that has gone meanwhile, or became something else, holds nothing.
function readDirectory(dir: string): Dirent[] {
  try {
    return readdirSync(dir, { withFileTypes: true });
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw error;
  }
}
