import type { Fault } from '../../lib/errors.ts';
import { runAtOnce } from '../../lib/slices.ts';
import { checkMachdb } from '../check.ts';
import { listGrammarFaults, readMachdbInSteps } from '../parse.ts';
import type { RecordCheck } from '../types.ts';
import type { EditPlan, MachdbFile } from './draft.ts';
import { resolvablePart } from './resolvable-part.ts';

/** What a new text would bring: faults that were not there before, by line of the new text. */
export type NewFaults = { readonly errors: readonly Fault[]; readonly warnings: readonly Fault[] };

type Context = {
  readonly files: readonly MachdbFile[];
  readonly checks: readonly RecordCheck[];
  /** A name that the edit changes: faults that only tell it differently are not new. */
  readonly renamed?: { readonly from: string; readonly to: string };
};
/** Faults of lines and of structure; what they are about, and its heirs, cannot be looked at for content. */
type Findings = { readonly unreadable: readonly Fault[]; readonly content: readonly Fault[] };

/**
 * Checks the database as a plan would leave it and compares with what it is now; faults that were there already do not
 * count. When the edit mends what could not be read, faults of content that only now show do not stop it: they are
 * among the warnings.
 */
export function findNewFaults(plan: EditPlan, { files, checks, renamed }: Context): NewFaults {
  const after = check(applyPlan(plan, files), checks);
  if (after.unreadable.length + after.content.length === 0) return { errors: [], warnings: [] };
  const before = check(files, checks);
  const rename = (message: string) => (renamed === undefined ? message : replaceName(message, renamed));
  const fresh = (now: readonly Fault[], then: readonly Fault[]) =>
    without(now, countBy(then.map((fault) => rename(keyOf(fault)))));
  const unreadable = fresh(after.unreadable, before.unreadable);
  const content = fresh(after.content, before.content);
  const mends = after.unreadable.length < before.unreadable.length;
  const stops = ({ severity }: Fault) => severity === 'error' && !mends;
  return { errors: [...unreadable, ...content.filter(stops)], warnings: content.filter((fault) => !stops(fault)) };
}

/** The faults of which more are there than were known. */
function without(faults: readonly Fault[], known: Map<string, number>): Fault[] {
  return faults.filter((fault) => {
    const key = keyOf(fault);
    const left = known.get(key) ?? 0;
    known.set(key, left - 1);
    return left <= 0;
  });
}

/** The texts of all files as a plan would leave them. */
function applyPlan(plan: EditPlan, files: readonly MachdbFile[]): MachdbFile[] {
  const texts = new Map(plan.files.map(({ path, newText }) => [path, newText]));
  return files.map(({ path, text }) => ({ path, text: texts.get(path) ?? text }));
}

/** Content can be checked only where every parent exists. */
function check(files: readonly MachdbFile[], checks: readonly RecordCheck[]): Findings {
  const existing = files.flatMap(({ path, text }) => (text === undefined ? [] : [{ path, text }]));
  const { db, faults } = runAtOnce(readMachdbInSteps(existing));
  const all = checkMachdb(faults.length === 0 ? db : resolvablePart(db), checks);
  if (faults.length === 0 && all.every(({ severity }) => severity === 'warning')) {
    return { unreadable: [], content: all };
  }
  const unreadable = [...faults, ...runAtOnce(listGrammarFaults(db))];
  const lines = new Set(unreadable.map(describe));
  return { unreadable, content: all.filter((fault) => !lines.has(describe(fault))) };
}

function describe({ where, line, column, message }: Fault): string {
  return `${where}:${line}:${column}: ${message}`;
}

/** The same fault elsewhere in the file is the same fault, and so is a duplicate of another of the same machines. */
function keyOf({ severity, where, message }: Fault): string {
  const told = message
    .replace(/ of \S+ \(\S+:\d+\)$/, '')
    .replace(/ \(and of \d+ more [^)]*\)/, '')
    .replaceAll(/(\.db):\d+(:\d+)?/g, '$1');
  return `${severity} ${where} ${told}`;
}

function replaceName(text: string, { from, to }: { from: string; to: string }): string {
  return text.replaceAll(new RegExp(`(?<![A-Za-z0-9_.-])${RegExp.escape(from)}(?![A-Za-z0-9_-])`, 'g'), () => to);
}

function countBy(keys: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}
