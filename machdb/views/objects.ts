import { UserError } from '../../lib/errors.ts';
import { didYouMean } from '../did-you-mean.ts';
import type { Machdb, MachdbObject } from '../types.ts';

type Heirs = ReadonlyMap<string, readonly string[]>;

// A database never changes, so its heirs are collected once, when first asked for.
const collected = new WeakMap<Machdb, Heirs>();

/**
 * The object of a name that a user gave.
 * @throws UserError when there is none, with the nearest name.
 */
export function requireObject(db: Machdb, name: string): MachdbObject {
  const object = db.objects.get(name);
  if (object !== undefined) return object;
  const suggestion = didYouMean(name, db.objects.keys());
  throw new UserError(`the machine database has no object ${name}${suggestion === undefined ? '' : `; ${suggestion}`}`);
}

/** The objects whose headers name this one, in the order in which they were written. */
export function directHeirs(db: Machdb, name: string): readonly string[] {
  const heirs = collected.get(db) ?? collectHeirs(db);
  collected.set(db, heirs);
  return heirs.get(name) ?? [];
}

/** The objects named and all that inherit from one of them, directly or not. */
export function withHeirs(db: Machdb, names: Iterable<string>): Set<string> {
  // A set hands out what is added while it is walked.
  const found = new Set(names);
  for (const name of found) {
    for (const heir of directHeirs(db, name)) found.add(heir);
  }
  return found;
}

/** The object named and all that it inherits from; nothing when there is no such object. */
export function withAncestors(db: Machdb, name: string): Set<string> {
  const found = new Set(db.objects.has(name) ? [name] : []);
  for (const each of found) {
    for (const parent of db.objects.get(each)?.parents ?? []) found.add(parent.name);
  }
  return found;
}

function collectHeirs(db: Machdb): Heirs {
  const heirs = new Map<string, string[]>();
  for (const { name, parents } of db.objects.values()) {
    for (const parent of new Set(parents.map((each) => each.name))) {
      const known = heirs.get(parent);
      if (known === undefined) heirs.set(parent, [name]);
      else known.push(name);
    }
  }
  return heirs;
}
