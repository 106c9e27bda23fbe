import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

/** Paths of the test files right in a folder of the repository, in the order of their names. */
export async function testFiles(folder: string): Promise<string[]> {
  const names = await readdir(join(root, folder));
  return names
    .filter((name) => name.endsWith('.test.ts'))
    .sort()
    .map((name) => join(root, folder, name));
}

/** Those of the files that try more cases in `npm run test:long`. */
export async function longTests(files: readonly string[]): Promise<string[]> {
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8')));
  return files.filter((_, index) => /^import .*howMany/m.test(texts[index] ?? ''));
}
