// A tree like a site's /usr/local: many small text files. In: a directory, counts. Out: files. The same counts always
// give the same bytes.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createRandom } from './create-random.ts';
import type { Random } from './create-random.ts';

type TreeSize = { readonly files: number; readonly directories: number };

const SMALLEST_BYTES = 512;
const LARGEST_BYTES = 8192;
const WORDS = 4096;

/** Writes the tree; answers the paths of its files. */
export function generateTree(root: string, { files, directories }: TreeSize): string[] {
  const random = createRandom(4);
  const words = Array.from({ length: WORDS }, () => (random(2 ** 32) * 256).toString(36));
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
  const random = createRandom(1000 + first);
  const words = Array.from({ length: WORDS }, () => (random(2 ** 32) * 256).toString(36));
  const changed = paths.filter((_, index) => index % 100 === first);
  for (const path of changed) writeFileSync(join(root, path), textOf(random, words));
  return changed;
}

function textOf(random: Random, words: readonly string[]): string {
  const length = SMALLEST_BYTES + random(LARGEST_BYTES - SMALLEST_BYTES);
  let text = '';
  while (text.length < length) text += `${words[random(words.length)] ?? ''} `;
  return text.slice(0, length);
}
