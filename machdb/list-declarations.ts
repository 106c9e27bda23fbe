import { DECLARATION_PREFIX } from './machine-variables.ts';
import { assignmentsOf } from './resolve.ts';
import type { Assignment, Machdb } from './types.ts';

/** Every line `DECLARE_<name>=…` of a database, in whatever object, in the order in which they were written. */
export function listDeclarations(db: Machdb): Assignment[] {
  // Reading every line of a large database takes a second; few files declare anything.
  const files = new Set([...db.texts].filter(([, text]) => text.includes(DECLARATION_PREFIX)).map(([file]) => file));
  return db.objects
    .values()
    .filter(({ file }) => files.has(file))
    .flatMap((object) => assignmentsOf(db, object))
    .filter(({ variable }) => variable.startsWith(DECLARATION_PREFIX))
    .toArray();
}
