// What classes ask of the machine database. In: a sound database. Out: the objects that a machine inherits from, and its variables.
// Never: reads a file; resolves a machine that nobody asks about.
import { tryResolve } from '../../machdb/resolve.ts';
import type { Machdb } from '../../machdb/types.ts';

export type MachineRecords = {
  /** Itself and all that it inherits from, directly or not; none when it is not in the database. */
  readonly objectsOf: (name: string) => readonly string[];
  readonly variableOf: (name: string, variable: string) => string | undefined;
};

export function recordsOf(db: Machdb): MachineRecords {
  return {
    objectsOf: (name) => [...ancestors(db, name)],
    variableOf: (name, variable) => (db.objects.has(name) ? tryResolve(db, name).values.get(variable) : undefined),
  };
}

function ancestors(db: Machdb, name: string, seen = new Set<string>()): ReadonlySet<string> {
  const object = db.objects.get(name);
  if (object === undefined || seen.has(name)) return seen;
  seen.add(name);
  for (const parent of object.parents) ancestors(db, parent.name, seen);
  return seen;
}
