import { splitWords } from '../resolve.ts';
import type { Contribution } from '../resolve.ts';
import { rawValuesOf, referencesIn, textOf } from '../views/raw-value.ts';
import type { RawValue } from '../views/raw-value.ts';
import { keepReferences } from './keep-references.ts';

/** One machine in one database. */
export type MachineSide = {
  readonly values: ReadonlyMap<string, string>;
  readonly contributions: readonly Contribution[];
};

export type ChangedMachine = { readonly name: string; readonly before: MachineSide; readonly after: MachineSide };

/** A variable's value in both databases; null where it is not set. */
export type Versions = { readonly before: string | null; readonly after: string | null };

/**
 * How one variable changes. With `example` the values are written in the language of the database: references to what
 * belongs to the machine alone and does not change (`${HOSTNAME}`, `${IP}`) are kept, so that machines can be grouped.
 */
export type Change = Versions & {
  readonly variable: string;
  /** For sets of words: what came and went; none of either when only the order is different. */
  readonly words?: { readonly added: readonly string[]; readonly removed: readonly string[] };
  /** Changed variables that this one refers to. */
  readonly through: readonly string[];
  /** The real values of the group's first machine, where `before` and `after` keep references. */
  readonly example?: Versions;
};

/** What happens to the variables of a machine, of which it is known that their values change. */
export function describeChanges(machine: ChangedMachine, variables: readonly string[]): Change[] {
  const raws = {
    before: rawValuesOf(machine.name, machine.before.contributions),
    after: rawValuesOf(machine.name, machine.after.contributions),
  };
  const references = variables.map((variable) => {
    const texts = [raws.before.get(variable), raws.after.get(variable)].filter((raw) => raw !== undefined).map(textOf);
    return [...new Set(texts.flatMap(referencesIn))].sort();
  });
  const keep = references.every((names) => names.length === 0) ? undefined : keepReferences(machine, raws);
  return variables.map((variable, index) => {
    const real = versionsOf(machine, variable);
    const kept = keep?.(variable, real);
    const shown = kept ?? real;
    return {
      variable,
      ...shown,
      ...(isSet(raws.before.get(variable)) || isSet(raws.after.get(variable)) ? { words: compareWords(shown) } : {}),
      through: (references[index] ?? []).filter((name) => isChanged(machine, name)),
      ...(kept === undefined ? {} : { example: real }),
    };
  });
}

function versionsOf({ before, after }: ChangedMachine, variable: string): Versions {
  return { before: before.values.get(variable) ?? null, after: after.values.get(variable) ?? null };
}

function isChanged({ before, after }: ChangedMachine, variable: string): boolean {
  return before.values.get(variable) !== after.values.get(variable);
}

function isSet(raw: RawValue | undefined): boolean {
  return raw !== undefined && typeof raw !== 'string';
}

function compareWords({ before, after }: Versions): NonNullable<Change['words']> {
  const [old, current] = [new Set(splitWords(before ?? '')), new Set(splitWords(after ?? ''))];
  return { added: [...current.difference(old)], removed: [...old.difference(current)] };
}
