// Who inherits from whom. In: a database. Out: objects in the order in which they apply, and heirs.
import { UserError } from '../lib/errors.ts';
import { didYouMean } from '../lib/did-you-mean.ts';
import { faultAtLine, faultsError } from './faults.ts';
import type { Machdb, MachdbObject, Parent } from './types.ts';

type Children = ReadonlyMap<string, readonly MachdbObject[]>;

// A database never changes.
const childrenByDb = new WeakMap<Machdb, Children>();

type Frame = { readonly object: MachdbObject | undefined; readonly parents: readonly Parent[]; next: number };

/**
 * The objects that a list of parents stands for, as they apply: each one's parents first, left to right, each once.
 * @throws FaultsError when a parent is unknown, UserError when they go in a circle: a database that was not checked
 */
export function ancestorsInOrder(db: Machdb, parents: readonly Parent[]): MachdbObject[] {
  const order: MachdbObject[] = [];
  const seen = new Set<string>();
  // A stack of our own: chains of parents may be longer than the call stack.
  const stack: Frame[] = [{ object: undefined, parents, next: 0 }];
  const open = new Set<string>();
  for (let frame = stack.at(-1); frame !== undefined; frame = stack.at(-1)) {
    const parent = frame.parents[frame.next];
    frame.next += 1;
    if (parent === undefined) {
      if (frame.object !== undefined) {
        order.push(frame.object);
        open.delete(frame.object.name);
      }
      stack.pop();
    } else if (open.has(parent.name)) {
      throw new UserError(`${parent.name} inherits from itself`, { exitCode: 2, hint: 'machdb check' });
    } else if (!seen.has(parent.name)) {
      const object = parentOf(db, parent, frame.object);
      seen.add(parent.name);
      open.add(parent.name);
      stack.push({ object, parents: object.parents, next: 0 });
    }
  }
  return order;
}

/** The names that an object inherits from, directly or not, with its own; some may be of no object, or in a circle. */
export function lineageOf(db: Machdb, name: string): Set<string> {
  const lineage = new Set([name]);
  // A set hands out what is added while it is walked.
  for (const each of lineage) for (const parent of db.objects.get(each)?.parents ?? []) lineage.add(parent.name);
  return lineage;
}

/** Every object that inherits from one of `from`, directly or not, with those themselves. */
export function heirsOf(db: Machdb, from: Iterable<MachdbObject>): Set<MachdbObject> {
  const children = childrenOf(db);
  const heirs = new Set(from);
  // A set hands out what is added while it is walked.
  for (const object of heirs) for (const child of children.get(object.name) ?? []) heirs.add(child);
  return heirs;
}

/** The objects that name each object in their header, by its name. */
export function childrenOf(db: Machdb): Children {
  const known = childrenByDb.get(db) ?? listChildren(db);
  childrenByDb.set(db, known);
  return known;
}

function listChildren(db: Machdb): Children {
  const children = new Map<string, MachdbObject[]>();
  for (const object of db.objects.values()) {
    for (const { name } of object.parents) {
      const known = children.get(name);
      if (known === undefined) children.set(name, [object]);
      else if (known.at(-1) !== object) known.push(object);
    }
  }
  return children;
}

function parentOf(db: Machdb, parent: Parent, heir: MachdbObject | undefined): MachdbObject {
  const object = db.objects.get(parent.name);
  if (object !== undefined) return object;
  const suggestion = didYouMean(parent.name, db.objects.keys());
  const message = `${heir?.name ?? 'an object'} inherits from ${parent.name}, which is not defined`;
  if (heir === undefined)
    throw new UserError(message, { exitCode: 2, ...(suggestion === undefined ? {} : { hint: suggestion }) });
  throw faultsError('reading the machine database', [
    faultAtLine(
      db,
      { file: heir.file, line: parent.line, column: parent.column },
      {
        message,
        ...(suggestion === undefined ? {} : { suggestion }),
      },
    ),
  ]);
}
