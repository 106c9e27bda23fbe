import { heirsOf } from '../inheritance.ts';
import { macsOf } from '../query.ts';
import { objectOf, tryResolve } from '../resolve.ts';
import type { Machdb, MachdbObject } from '../types.ts';
import { compileGlob } from './glob.ts';
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
  const heirs = inherits.map((name) => heirsOf(db, [objectOf(db, name)]));
  const globs = patterns.map(compileGlob);
  const fits = ({ name, isMachine }: MachdbObject): boolean =>
    (kind === 'all' || isMachine === (kind === 'machines')) && (globs.length === 0 || globs.some((glob) => glob(name)));
  return db.objects
    .values()
    .filter((object) => fits(object) && heirs.every((each) => each.has(object)) && !inherits.includes(object.name))
    .map(({ name }) => name)
    .toArray();
}

/** What `machdb list` knows of the objects named; what does not resolve is left out. */
export function describeObjects(db: Machdb, names: readonly string[]): ListedObject[] {
  return names.map((name) => {
    const { file, line, parents, isMachine } = objectOf(db, name);
    const record = Object.fromEntries(tryResolve(db, name).values);
    const addresses = { macs: macsOf(record), ip: record['IP'] ?? null };
    return { name, machine: isMachine, file, line, parents: parents.map((each) => each.name), ...addresses };
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
