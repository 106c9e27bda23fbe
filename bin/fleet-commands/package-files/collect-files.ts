// What people mean by words that are no names of packages. In: words. Out: local files, those of directories too, and addresses. Never:
// follows a directory into its directories, or passes over what is missing.
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../../lib/errors.ts';
import { whenMissing } from '../../../lib/when-missing.ts';

const ENDING = /\.(?:deb|rpm)$/;

/** `./hello.deb`, `dir/`, `hello.rpm`, `https://…`; names of packages have neither a slash nor such an ending. */
export const isFileWord = (word: string): boolean => word.includes('/') || ENDING.test(word);

export const isAddress = (word: string): boolean => /^[a-z][a-z0-9+.-]*:\/\//i.test(word);

/** @throws UserError for what is not there, and for a directory without package files */
export async function collectFiles(words: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for (const word of words) files.push(...(isAddress(word) ? [requireHttp(word)] : await filesAt(word)));
  return [...new Set(files)];
}

function requireHttp(address: string): string {
  if (/^https?:/i.test(address)) return address;
  throw new UserError(`${address} is no address with https:// or http://; nothing was fetched`, { exitCode: 2 });
}

async function filesAt(path: string): Promise<string[]> {
  const found = await stat(path).catch(whenMissing(undefined));
  if (found === undefined) throw new UserError(`${path} does not exist`, { exitCode: 2 });
  if (found.isFile()) return [path];
  if (!found.isDirectory()) throw new UserError(`${path} is neither a file nor a directory`, { exitCode: 2 });
  const names = (await readdir(path, { withFileTypes: true }))
    .filter((entry) => !entry.isDirectory() && ENDING.test(entry.name))
    .map(({ name }) => name)
    .toSorted();
  if (names.length === 0) throw new UserError(`${path} has no .deb or .rpm in it`, { exitCode: 2 });
  return names.map((name) => join(path, name));
}
