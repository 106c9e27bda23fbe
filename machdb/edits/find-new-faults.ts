import { FaultsError } from '../../lib/errors.ts';
import type { Fault } from '../../lib/errors.ts';
import { checkMachdb } from '../check.ts';
import { parseMachdb } from '../parse.ts';
import type { RecordCheck } from '../types.ts';
import type { EditPlan, MachdbFile } from './draft.ts';

/** What a new text would bring: faults that were not there before, by line of the new text. */
export type NewFaults = { readonly errors: readonly Fault[]; readonly warnings: readonly Fault[] };

type Findings = { readonly readable: boolean; readonly faults: readonly Fault[] };
type Context = {
  readonly files: readonly MachdbFile[];
  readonly checks: readonly RecordCheck[];
  /** A name that the edit changes: faults that only tell it differently are not new. */
  readonly renamed?: { readonly from: string; readonly to: string };
};

/**
 * Checks the database as a plan would leave it and compares with what it is now; faults that were there already do not
 * count. When the edit mends a database that could not even be read, faults that only now show are warnings.
 */
export function findNewFaults(plan: EditPlan, { files, checks, renamed }: Context): NewFaults {
  const after = check(applyPlan(plan, files), checks);
  if (after.faults.length === 0) return { errors: [], warnings: [] };
  const before = check(files, checks);
  const rename = (message: string) => (renamed === undefined ? message : replaceName(message, renamed));
  const known = countBy(before.faults.map((fault) => rename(keyOf(fault))));
  const fresh = after.faults.filter((fault) => {
    const key = keyOf(fault);
    const left = known.get(key) ?? 0;
    known.set(key, left - 1);
    return left <= 0;
  });
  const mended = !before.readable && after.readable;
  const isError = (fault: Fault) => fault.severity === 'error' && !mended;
  return { errors: fresh.filter(isError), warnings: fresh.filter((fault) => !isError(fault)) };
}

/** The texts of all files as a plan would leave them. */
function applyPlan(plan: EditPlan, files: readonly MachdbFile[]): MachdbFile[] {
  const texts = new Map(plan.files.map(({ path, newText }) => [path, newText]));
  return files.map(({ path, text }) => ({ path, text: texts.get(path) ?? text }));
}

function check(files: readonly MachdbFile[], checks: readonly RecordCheck[]): Findings {
  const existing = files.flatMap(({ path, text }) => (text === undefined ? [] : [{ path, text }]));
  try {
    return { readable: true, faults: checkMachdb(parseMachdb(existing), checks) };
  } catch (error) {
    if (!(error instanceof FaultsError)) throw error;
    return { readable: false, faults: error.faults };
  }
}

/** The same fault elsewhere in the file is the same fault, and so is a duplicate of another of the same machines. */
function keyOf({ severity, where, message }: Fault): string {
  const told = message.replace(/ of \S+ \(\S+:\d+\)$/, '').replaceAll(/(\.db):\d+(:\d+)?/g, '$1');
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
