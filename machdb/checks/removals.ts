import { warningAtLine } from '../faults.ts';
import { heirsOf } from '../inheritance.ts';
import { listContributions } from '../resolve.ts';
import { applyAssignment, splitWords } from '../values.ts';
import type { RawValue } from '../values.ts';
import type { Assignment, Machdb, MachdbObject } from '../types.ts';
import { MOST_LINES, skippedWarning } from './effort.ts';
import type { Effort } from './effort.ts';
import type { CreateInspection } from './inspection.ts';

type Removal = { readonly assignment: Assignment };

/** The words of removals that were not there when they were applied. */
type Missing = Map<Removal, ReadonlySet<string>>;

/**
 * `-=` of words that are not there in any machine: a slip of the pen, or left over. A word that a parent named beside the
 * object adds is there: objects such as `no-yp` are written for that.
 */
export const inspectRemovals: CreateInspection = (db, report) => {
  const removals = new Map<MachdbObject, Removal[]>();
  const effort = { left: MOST_LINES };

  return {
    object: (object, { assignments }) => {
      const own = assignments.filter(({ operator }) => operator === '-=');
      if (own.length > 0)
        removals.set(
          object,
          own.map((assignment) => ({ assignment })),
        );
    },
    finish: () => {
      let skipped = 0;
      for (const [object, own] of removals) {
        if (effort.left <= 0) {
          skipped += 1;
          continue;
        }
        for (const [{ assignment }, missing] of missingEverywhere(db, object, { removals: own, effort })) {
          if (missing.size === 0 && splitWords(assignment.value).length > 0) continue;
          const words = [...missing].join(' ');
          const { variable } = assignment;
          const message = words === '' ? `${variable}-= names no word` : `${variable}-=${words} removes nothing`;
          report(warningAtLine(db, assignment, { message }));
        }
      }
      if (skipped > 0) report(skippedWarning(db, "whether '-=' removes anything", skipped));
    },
  };
};

/** What is missing in the object itself and in every heir. */
function missingEverywhere(
  db: Machdb,
  object: MachdbObject,
  { removals, effort }: { removals: readonly Removal[]; effort: Effort },
): Missing {
  const missing = missingIn(db, object.name, { removals, effort });
  if (object.isMachine) return missing;
  // Machines with the same parents are alike: one of each will do.
  const seen = new Set<string>();
  for (const heir of heirsOf(db, [object])) {
    // With one parent, everything applies as it did in that parent.
    if (heir.parents.length < 2) continue;
    const open = removals.filter((removal) => (missing.get(removal)?.size ?? 0) > 0);
    if (open.length === 0) break;
    const key = heir.parents.map(({ name }) => name).join(' ');
    if (seen.has(key)) continue;
    seen.add(key);
    const here = missingIn(db, heir.name, { removals: open, effort });
    for (const removal of open) {
      const still = [...(missing.get(removal) ?? [])].filter((word) => here.get(removal)?.has(word) === true);
      missing.set(removal, new Set(still));
    }
  }
  return missing;
}

/** What is missing when the lines that make up one object are applied in order. */
function missingIn(
  db: Machdb,
  name: string,
  { removals, effort }: { removals: readonly Removal[]; effort: Effort },
): Missing {
  const variables = new Set(removals.map(({ assignment }) => assignment.variable));
  const values = new Map<string, RawValue>();
  const missing: Missing = new Map(removals.map((removal) => [removal, new Set()]));
  const contributions = listContributions(db, name);
  effort.left -= contributions.length;
  for (const { assignment } of contributions) {
    if (!variables.has(assignment.variable)) continue;
    const words = new Set<string>();
    applyAssignment(values, assignment, (word) => words.add(word));
    const removal = removals.find((each) => isSame(each.assignment, assignment));
    if (removal !== undefined) missing.set(removal, words);
  }
  return missing;
}

function isSame(a: Assignment, b: Assignment): boolean {
  return a.file === b.file && a.line === b.line && a.variable === b.variable;
}
