// The language of the machine database (docs/machdb.md).
// In: the text of the files. Out: objects with file and line, or every fault together. Never: reads a file, resolves.
import { runAtOnce } from '../lib/slices.ts';
import type { Steps } from '../lib/slices.ts';
import type { Fault } from '../lib/errors.ts';
import { objectText, parseOwnLines } from './assignments.ts';
import { faultsError, sortFaults } from './faults.ts';
import { linkObjects } from './link.ts';
import { outlineText } from './outline.ts';
import type { Machdb, MachdbObject } from './types.ts';

/** The text of one file of a database. */
export type MachdbFile = { readonly path: string; readonly text: string };

/** What was being done when the files of a database turned out to be faulty. */
export const readingMachdb = 'reading the machine database';

const OBJECTS_PER_STEP = 200;

/**
 * Parses the files of one database; an object must be whole in one file.
 * @throws FaultsError with every fault of grammar and structure: unknown parents, cycles, duplicate objects.
 */
export function parseMachdb(files: readonly MachdbFile[]): Machdb {
  const { db, faults } = runAtOnce(readMachdbInSteps(files));
  const all = sortFaults(db.texts.keys(), [...faults, ...runAtOnce(listGrammarFaults(db))]);
  if (all.length > 0) throw faultsError(readingMachdb, all);
  return db;
}

/** The objects of a database and every fault of its headers and structure; what objects assign is not looked at. */
export function* readMachdbInSteps(files: readonly MachdbFile[]): Steps<{ db: Machdb; faults: Fault[] }> {
  const { db, faults } = yield* outlineInSteps(files);
  return { db, faults: [...faults, ...(yield* linkObjects(db))] };
}

/** The objects as their headers say, for those who need a few of them: parents may be unknown or go in circles. */
export function* outlineInSteps(files: readonly MachdbFile[]): Steps<{ db: Machdb; faults: Fault[] }> {
  const faults: Fault[] = [];
  const texts = new Map<string, string>();
  const headers: MachdbObject[] = [];
  const objects = new Map<string, MachdbObject>();
  const names = new Map<string, string>();
  for (const { path, text } of files) {
    const bare = text.startsWith('\uFEFF') ? text.slice(1) : text;
    texts.set(path, bare);
    for (const object of yield* outlineText(path, bare, { faults, names })) {
      headers.push(object);
      if (object.name !== '' && !objects.has(object.name)) objects.set(object.name, object);
    }
  }
  return { db: { objects, headers, texts }, faults };
}

/** The texts of a database again, put together from its objects: what parsing lost would be missing. */
export function printMachdb(db: Machdb): MachdbFile[] {
  const byFile = Map.groupBy(db.headers, ({ file }) => file);
  return [...db.texts].map(([path, text]) => {
    const objects = byFile.get(path) ?? [];
    const prologue = text.slice(0, objects[0]?.span.start ?? text.length);
    return { path, text: prologue + objects.map((object) => objectText(db, object)).join('') };
  });
}

/** What is wrong in the lines below the headers, in steps. */
export function* listGrammarFaults(db: Machdb): Steps<Fault[]> {
  const faults: Fault[] = [];
  for (const [index, object] of db.headers.entries()) {
    for (const fault of parseOwnLines(db, object).faults) faults.push(fault);
    if (index % OBJECTS_PER_STEP === 0) yield;
  }
  return faults;
}
