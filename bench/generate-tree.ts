// A tree like a site's /usr/local: many small text files. In: a directory, counts. Out: files. The same counts always
// give the same bytes.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

type TreeSize = { readonly files: number; readonly directories: number };

const SMALLEST_BYTES = 512;
const LARGEST_BYTES = 8192;
const WORDS = 4096;

/** Writes the tree; answers the paths of its files. */
export function generateTree(root: string, { files, directories }: TreeSize): string[] {
  const random = mulberry32(4);
  const words = Array.from({ length: WORDS }, () => Math.floor(random() * 2 ** 40).toString(36));
  const paths = Array.from({ length: files }, (_, index) => {
    const folder = index % directories;
    return `group-${folder % 23}/part-${folder}/file-${Math.floor(index / directories)}.txt`;
  });
  for (const folder of new Set(paths.map((path) => dirname(path)))) mkdirSync(join(root, folder), { recursive: true });
  for (const path of paths) writeFileSync(join(root, path), textOf(random, words));
  return paths;
}

/** Gives every hundredth file, from `first` on, new content; answers the paths. */
export function changeTree(root: string, paths: readonly string[], first: number): string[] {
  const random = mulberry32(1000 + first);
  const words = Array.from({ length: WORDS }, () => Math.floor(random() * 2 ** 40).toString(36));
  const changed = paths.filter((_, index) => index % 100 === first);
  for (const path of changed) writeFileSync(join(root, path), textOf(random, words));
  return changed;
}

function textOf(random: () => number, words: readonly string[]): string {
  const length = SMALLEST_BYTES + Math.floor(random() * (LARGEST_BYTES - SMALLEST_BYTES));
  let text = '';
  while (text.length < length) text += `${words[Math.floor(random() * words.length)] ?? ''} `;
  return text.slice(0, length);
}

function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
