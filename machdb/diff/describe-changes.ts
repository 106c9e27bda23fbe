import { joinWords, splitWords } from '../values.ts';
import { rawValuesOf, referencesIn } from '../views/raw-value.ts';
import type { ChangedMachine, Versions } from './changed-machine.ts';
import { keepReferences } from './keep-references.ts';

/**
 * What happens to a variable, so that machines which it happens to can be grouped: one value becomes another, or words
 * come to a set or leave it (sorted; the others keep their order). A `template` is written in the language of the
 * database, so that it fits many machines: references to what belongs to a machine alone and does not change
 * (`${HOSTNAME}`, `${IP}`) are kept.
 */
export type Change = { readonly template: boolean } & (
  | ({ readonly kind: 'value' } & Versions)
  | { readonly kind: 'words'; readonly added: readonly string[]; readonly removed: readonly string[] }
);

/** The change of one variable of a machine. */
export type VariableChange = {
  readonly variable: string;
  readonly change: Change;
  /** The values of this machine. */
  readonly example: Versions;
  /** Variables that change too and that this one refers to. */
  readonly through: readonly string[];
};

/**
 * What happens to the variables of a machine, of which it is known that their values change; `sets` names the variables
 * that hold words.
 */
export function describeChanges(
  machine: ChangedMachine,
  variables: readonly string[],
  sets: ReadonlySet<string>,
): VariableChange[] {
  const raws = {
    before: rawValuesOf(machine.name, machine.before.contributions),
    after: rawValuesOf(machine.name, machine.after.contributions),
  };
  const referencesOf = (variable: string): string[] => {
    const texts = [raws.before.get(variable), raws.after.get(variable)]
      .filter((raw) => raw !== undefined)
      .map(joinWords);
    return [...new Set(texts.flatMap(referencesIn))].sort();
  };
  const references = new Map(variables.map((variable) => [variable, referencesOf(variable)]));
  const keep = references.values().every((names) => names.length === 0) ? undefined : keepReferences(machine, raws);
  return variables.map((variable) => {
    const example = versionsOf(machine, variable);
    const kept = keep?.(variable, example);
    const shown = kept ?? example;
    const words = sets.has(variable) ? compareWords(shown) : undefined;
    const change: Change = { template: kept !== undefined, ...(words ?? { kind: 'value', ...shown }) };
    const through = references.get(variable)?.filter((name) => variables.includes(name)) ?? [];
    return { variable, change, example, through };
  });
}

function versionsOf({ before, after }: ChangedMachine, variable: string): Versions {
  return { before: before.values.get(variable) ?? null, after: after.values.get(variable) ?? null };
}

/** Undefined when more happens than that words come and go: another order, or a variable that is set or not. */
function compareWords({ before, after }: Versions) {
  if (!isPlainSet(before) || !isPlainSet(after)) return undefined;
  const [old, current] = [new Set(splitWords(before)), new Set(splitWords(after))];
  const [added, removed] = [[...current.difference(old)].sort(), [...old.difference(current)].sort()];
  const isInOrder =
    [...old].filter((word) => current.has(word)).join(' ') === [...current].filter((word) => old.has(word)).join(' ');
  return isInOrder && added.length + removed.length > 0 ? { kind: 'words' as const, added, removed } : undefined;
}

/** Every word once, with one blank between them. */
function isPlainSet(value: string | null): value is string {
  return value !== null && [...new Set(splitWords(value))].join(' ') === value;
}
