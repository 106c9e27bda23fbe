import type { OwnLines } from '../assignments.ts';
import { warningAtLine } from '../faults.ts';
import { ancestorsInOrder } from '../inheritance.ts';
import { assignmentsOf } from '../resolve.ts';
import { applyAssignment, joinWords } from '../values.ts';
import type { RawValue } from '../values.ts';
import type { Assignment, Machdb, MachdbObject, Parent } from '../types.ts';
import { MOST_LINES, skippedWarning } from './effort.ts';
import type { Effort } from './effort.ts';
import type { CreateInspection } from './inspection.ts';

/** A variable that would come out otherwise if the parents were named in reverse. */
type Difference = { readonly variable: string; readonly now: Contributor; readonly reversed: Contributor };
/** What a variable comes to, and the assignment that had the last word. */
type Contributor = { readonly value: string; readonly object: string; readonly assignment: Assignment };
type Finding = { readonly object: MachdbObject; readonly difference: Difference; others: number };

/**
 * Values that depend on the order in which an object names its parents: two of them, none the other's ancestor, have
 * their say about a variable, and the object itself does not settle it. The rule that the later parent wins is sound;
 * whoever sorts the names changes a machine.
 */
export const inspectOrderOfParents: CreateInspection = (db, report) => {
  const effort = { left: MOST_LINES };
  let skipped = 0;
  const known = new Map<string, readonly Difference[]>();
  const findings = new Map<string, Finding>();
  const touched = new Map<MachdbObject, ReadonlySet<string>>();

  function touchedBy(object: MachdbObject): ReadonlySet<string> {
    const found = touched.get(object) ?? touchedVariables(db, object, effort);
    touched.set(object, found);
    return found;
  }

  function inspect(object: MachdbObject, own: OwnLines): void {
    const key = object.parents.map(({ name }) => name).join(' ');
    if (effort.left <= 0 && !known.has(key)) {
      skipped += 1;
      return;
    }
    const differences = known.get(key) ?? findDifferences(db, object.parents, { touchedBy, effort });
    known.set(key, differences);
    for (const difference of differences) {
      const { variable } = difference;
      if (own.assignments.some((line) => line.variable === variable && line.operator === '=')) continue;
      // A default and what overrides it meet in many lists of parents; the two lines are all there is to look at.
      const lines = [variable, ...[difference.now, difference.reversed].map(({ assignment }) => placeOf(assignment))];
      const finding = findings.get(lines.join(' '));
      if (finding === undefined) findings.set(lines.join(' '), { object, difference, others: 0 });
      else finding.others += 1;
    }
  }

  return {
    object: (object, own) => {
      if (object.parents.length > 1) inspect(object, own);
    },
    finish: () => {
      for (const { object, difference, others } of findings.values()) {
        const { variable, now, reversed } = difference;
        const more = others === 0 ? '' : ` (and of ${others} more)`;
        const message = `${variable} of ${object.name}${more} depends on the order of its parents`;
        const suggestion = `now ${say(now)}; in reverse ${say(reversed)}`;
        report(warningAtLine(db, object, { message, suggestion }));
      }
      if (skipped > 0) report(skippedWarning(db, 'whether the order of parents matters', skipped));
    },
  };
};

function say({ value, object, assignment }: Contributor): string {
  return `"${value.slice(0, 80)}" (${object}, ${placeOf(assignment)})`;
}

function placeOf({ file, line }: Assignment): string {
  return `${file}:${line}`;
}

function findDifferences(
  db: Machdb,
  parents: readonly Parent[],
  { touchedBy, effort }: { touchedBy: (object: MachdbObject) => ReadonlySet<string>; effort: Effort },
): Difference[] {
  const shared = sharedVariables(
    parents
      .map(({ name }) => db.objects.get(name))
      .filter(isObject)
      .map(touchedBy),
  );
  if (shared.size === 0) return [];
  const now = contributors(db, parents, { wanted: shared, effort });
  const reversed = contributors(db, parents.toReversed(), { wanted: shared, effort });
  return [...now].flatMap(([variable, contributor]) => {
    const other = reversed.get(variable);
    return other === undefined || sameWords(contributor.value, other.value)
      ? []
      : [{ variable, now: contributor, reversed: other }];
  });
}

/** Variables that more than one of the parents has a say about. */
function sharedVariables(sets: readonly ReadonlySet<string>[]): Set<string> {
  const seen = new Set<string>();
  const shared = new Set<string>();
  for (const set of sets) {
    for (const variable of set) {
      if (seen.has(variable)) shared.add(variable);
      else seen.add(variable);
    }
  }
  return shared;
}

function touchedVariables(db: Machdb, object: MachdbObject, effort: Effort): Set<string> {
  const touched = new Set<string>();
  for (const each of [...ancestorsInOrder(db, object.parents), object]) {
    const own = assignmentsOf(db, each);
    effort.left -= 1 + own.length;
    for (const { variable } of own) touched.add(variable);
  }
  return touched;
}

function contributors(
  db: Machdb,
  parents: readonly Parent[],
  { wanted, effort }: { wanted: ReadonlySet<string>; effort: Effort },
): Map<string, Contributor> {
  const values = new Map<string, RawValue>();
  const last = new Map<string, { object: string; assignment: Assignment }>();
  for (const object of ancestorsInOrder(db, parents)) {
    const own = assignmentsOf(db, object);
    effort.left -= 1 + own.length;
    for (const assignment of own) {
      if (!wanted.has(assignment.variable)) continue;
      applyAssignment(values, assignment);
      last.set(assignment.variable, { object: object.name, assignment });
    }
  }
  return new Map(
    last.entries().map(([variable, by]) => [variable, { value: joinWords(values.get(variable) ?? ''), ...by }]),
  );
}

/** The order of words makes no difference. */
function sameWords(a: string, b: string): boolean {
  return (
    a === b ||
    a
      .split(/[ \t]+/)
      .toSorted()
      .join(' ') ===
      b
        .split(/[ \t]+/)
        .toSorted()
        .join(' ')
  );
}

function isObject(object: MachdbObject | undefined): object is MachdbObject {
  return object !== undefined;
}
