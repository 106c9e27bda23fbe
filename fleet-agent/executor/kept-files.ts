// Files that are changed together, and put back together, also after a power cut. In: a file of root's for what was there before, paths and
// texts. Out: changed files, or those from before. Never: leaves a half of them changed once it is known that the order has failed.
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { parseJsonEdge } from '../../lib/parse-edge.ts';
import { whenMissing } from '../../lib/when-missing.ts';
import { readFileIfThere, replaceFile } from '../state/replace-file.ts';
import type { FileChanges } from './order-plan.ts';

/** By path; null: there was none. */
const keptSchema = z.record(z.string(), z.string().nullable());

/** @param wanted texts by path; undefined: the file goes */
export const changeFiles = (keptFile: string, wanted: Readonly<Record<string, string | undefined>>): FileChanges => ({
  make: () => {
    replaceFile(keptFile, JSON.stringify(keptFiles(Object.keys(wanted))));
    for (const [path, text] of Object.entries(wanted)) put(path, text ?? null);
  },
  keep: () => rmSync(keptFile, { force: true }),
  takeBack: () => {
    const kept = readFileIfThere(keptFile)?.toString();
    // It came to no change.
    if (kept === undefined) return;
    for (const [path, text] of Object.entries(parseJsonEdge(keptSchema, kept, keptFile))) put(path, text);
    rmSync(keptFile, { force: true });
  },
});

export const keptFiles = (paths: readonly string[]): Record<string, string | null> =>
  Object.fromEntries(paths.map((path) => [path, readText(path)]));

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    return whenMissing(null)(error);
  }
}

/** For everybody to read: apt fetches as a user of its own. */
function put(path: string, text: string | null): void {
  if (text === null) return rmSync(path, { force: true });
  mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
  replaceFile(path, text, { mode: 0o644 });
}
