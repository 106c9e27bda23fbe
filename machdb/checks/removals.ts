import { warningAtLine } from '../faults.ts';
import { heirsOf } from '../inheritance.ts';
import { listContributions } from '../resolve.ts';
import { applyAssignment, splitWords } from '../values.ts';
import type { RawValue } from '../values.ts';
import type { Assignment, MachdbObject } from '../types.ts';
import type { CreateInspection } from './inspection.ts';

type Removal = { readonly object: MachdbObject; readonly assignment: Assignment };

/**
 * `-=` of words that are not there in any machine: a slip of the pen, or left over. A word that a parent named beside the
 * object adds is there: objects such as `no-yp` are written for that.
 */
export const inspectRemovals: CreateInspection = (db, report) => {
  const removals: Removal[] = [];

  /** The words of a `-=` that are not there when it is applied in this object's record. */
  function missingIn(name: string, removal: Removal): ReadonlySet<string> {
    const values = new Map<string, RawValue>();
    let missing: ReadonlySet<string> = new Set();
    for (const { assignment } of listContributions(db, name)) {
      if (assignment.variable !== removal.assignment.variable) continue;
      const words = new Set<string>();
      applyAssignment(values, assignment, (word) => words.add(word));
      if (isSame(assignment, removal.assignment)) missing = words;
    }
    return missing;
  }

  function missingEverywhere(removal: Removal): ReadonlySet<string> {
    let missing = missingIn(removal.object.name, removal);
    if (missing.size === 0 || removal.object.isMachine) return missing;
    // Machines with the same parents are alike: one of each will do.
    const seen = new Set<string>();
    for (const heir of heirsOf(db, [removal.object])) {
      const key = heir.parents.map(({ name }) => name).join(' ');
      if (missing.size === 0) break;
      if (seen.has(key)) continue;
      seen.add(key);
      const here = missingIn(heir.name, removal);
      missing = new Set([...missing].filter((word) => here.has(word)));
    }
    return missing;
  }

  return {
    object: (object, { assignments }) => {
      for (const assignment of assignments) if (assignment.operator === '-=') removals.push({ object, assignment });
    },
    finish: () => {
      for (const removal of removals) {
        const missing = missingEverywhere(removal);
        if (missing.size === 0 && splitWords(removal.assignment.value).length > 0) continue;
        const words = [...missing].join(' ');
        const { variable } = removal.assignment;
        const message = words === '' ? `${variable}-= names no word` : `${variable}-=${words} removes nothing`;
        report(warningAtLine(db, removal.assignment, { message }));
      }
    },
  };
};

function isSame(a: Assignment, b: Assignment): boolean {
  return a.file === b.file && a.line === b.line && a.variable === b.variable;
}
