import { macsOf, machineNames } from '../query.ts';
import { tryResolve } from '../resolve.ts';
import type { Machdb } from '../types.ts';
import { compileGlob } from './glob.ts';
import { requireObject, withHeirs } from './objects.ts';
import { alignColumns } from './printable.ts';

/** Which objects to list; `inherits` and `patterns` narrow the choice. */
export type ListFilter = {
  readonly kind: 'machines' | 'groups' | 'all';
  /** Objects that each listed one must inherit from, directly or not. */
  readonly inherits: readonly string[];
  /** Names with `*` and `?`, of which one must fit; none fit every name. */
  readonly patterns: readonly string[];
};

/** One object as `machdb list --json` prints it; addresses are those of the resolved record. */
export type ListedObject = {
  readonly name: string;
  readonly machine: boolean;
  readonly file: string;
  readonly line: number;
  readonly parents: readonly string[];
  /** Canonical, of all interfaces. */
  readonly macs: readonly string[];
  readonly ip: string | null;
};

/**
 * The names of the objects that fit, in the order in which they were written.
 * @throws UserError when `inherits` names an object that does not exist.
 */
export function listNames(db: Machdb, { kind, inherits, patterns }: ListFilter): string[] {
  const machines = new Set(machineNames(db));
  const heirs = inherits.map((name) => withHeirs(db, [requireObject(db, name).name]));
  const globs = patterns.map(compileGlob);
  const fits = (name: string): boolean =>
    (kind === 'all' || machines.has(name) === (kind === 'machines')) &&
    heirs.every((names) => names.has(name)) &&
    !inherits.includes(name) &&
    (globs.length === 0 || globs.some((glob) => glob(name)));
  return db.objects.keys().filter(fits).toArray();
}

/** What `machdb list` knows of the objects named; what does not resolve is left out. */
export function describeObjects(db: Machdb, names: readonly string[]): ListedObject[] {
  const machines = new Set(machineNames(db));
  return names.map((name) => {
    const { file, line, parents } = requireObject(db, name);
    const record = Object.fromEntries(tryResolve(db, name).values);
    const addresses = { macs: macsOf(record), ip: record['IP'] ?? null };
    return { name, machine: machines.has(name), file, line, parents: parents.map((each) => each.name), ...addresses };
  });
}

/** Name, IP address, MAC addresses, parents and place in columns; `-` where there is nothing. */
export function formatListed(objects: readonly ListedObject[]): string[] {
  const shown = (words: readonly string[], separator: string) => (words.length === 0 ? '-' : words.join(separator));
  return alignColumns(
    objects.map(({ name, ip, macs, parents, file, line }) => [
      name,
      ip ?? '-',
      shown(macs, ','),
      `${file}:${line}`,
      shown(parents, ' '),
    ]),
  );
}
