// Where a value comes from, for faults. In: a database, an object and a variable. Out: a line.
// Never: parses the parents of one machine after the other: every machine may have a fault, and most share their parents.
import type { OwnLines } from './assignments.ts';
import { ancestorsInOrder } from './inheritance.ts';
import { groupLines } from './inherited-records.ts';
import type { Assignment, Machdb, MachdbObject, SourceLine } from './types.ts';
import { splitWords } from './values.ts';

/** What is looked for: the line that last touched a variable or, with a word of its value, that last gave this word. */
export type Wanted = { readonly variable: string; readonly word?: string | undefined };

type Found = { readonly giving: Assignment | undefined; readonly touching: Assignment | undefined };

const MOST_REMEMBERED = 10_000;
const NOTHING: Found = { giving: undefined, touching: undefined };

// A database never changes.
const remembered = new WeakMap<Machdb, Map<string, Found>>();

/** The line of a variable of an object, its own or inherited; undefined when nothing touches the variable. */
export function findPlace(
  db: Machdb,
  object: MachdbObject,
  wanted: Wanted,
  own: OwnLines = groupLines(db, object),
): SourceLine | undefined {
  const here = findIn(own, wanted, NOTHING);
  const inherited = here.giving === undefined ? findInherited(db, object, wanted) : NOTHING;
  // A word that stands in no line comes out of a reference.
  const line = here.giving ?? inherited.giving ?? here.touching ?? inherited.touching;
  return line === undefined ? undefined : { file: line.file, line: line.line };
}

function findInherited(db: Machdb, { parents }: MachdbObject, wanted: Wanted): Found {
  const known = remembered.get(db) ?? new Map<string, Found>();
  remembered.set(db, known);
  const names = parents.map(({ name }) => name).join(' ');
  const key = `${names}\n${wanted.variable}\n${wanted.word ?? ''}`;
  const found = known.get(key) ?? findInAncestors(db, parents, wanted);
  if (known.size >= MOST_REMEMBERED) known.clear();
  known.set(key, found);
  return found;
}

function findInAncestors(db: Machdb, parents: MachdbObject['parents'], wanted: Wanted): Found {
  let found = NOTHING;
  for (const ancestor of ancestorsInOrder(db, parents)) found = findIn(groupLines(db, ancestor), wanted, found);
  return found;
}

/** What these lines do to the variable, and before them what `before` says. */
function findIn({ assignments }: OwnLines, { variable, word }: Wanted, before: Found): Found {
  let { giving, touching } = before;
  for (const assignment of assignments) {
    if (assignment.variable !== variable) continue;
    touching = assignment;
    const gives = word === undefined || (assignment.operator !== '-=' && splitWords(assignment.value).includes(word));
    if (gives) giving = assignment;
  }
  return { giving, touching };
}
