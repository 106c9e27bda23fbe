import { expandReferences } from '../expand.ts';
import { joinWords } from '../values.ts';
import type { Contribution } from '../resolve.ts';
import type { RawValue } from '../values.ts';
import { referencesIn } from '../views/raw-value.ts';
import type { ChangedMachine, Versions } from './changed-machine.ts';

type RawValues = ReadonlyMap<string, RawValue>;

// Values hold no control characters, so these marks cannot be mistaken for text.
const KEPT = /\0([^\0]*)\0/g;

/**
 * A function that writes a variable's two values with references to the machine's own, unchanged variables kept:
 * `lab01.x` becomes `${HOSTNAME}.x`. It returns undefined where there is no such reference, or where the text would
 * not give the real values back.
 */
export function keepReferences(
  machine: ChangedMachine,
  raws: { readonly before: RawValues; readonly after: RawValues },
): (variable: string, real: Versions) => Versions | undefined {
  const own = findOwnVariables(machine);
  const marked = { before: expandMarked(raws.before, own), after: expandMarked(raws.after, own) };
  return (variable, real) => {
    const [before, after] = [marked.before.get(variable) ?? null, marked.after.get(variable) ?? null];
    if (before === real.before && after === real.after) return undefined;
    const kept = { before: writeMarked(before), after: writeMarked(after) };
    // A `$` in front of a kept reference cannot be written in the language.
    const isTrue =
      expandText(kept.before, machine.before.values) === real.before &&
      expandText(kept.after, machine.after.values) === real.after;
    return isTrue ? kept : undefined;
  };
}

/** HOSTNAME and what only the machine's own lines set, as far as it does not change. */
function findOwnVariables({ name, before, after }: ChangedMachine): Set<string> {
  const own = new Set(['HOSTNAME']);
  const inherited = new Set<string>();
  const sort = ({ object, assignment }: Contribution): void =>
    void (object === name ? own : inherited).add(assignment.variable);
  for (const contribution of [...before.contributions, ...after.contributions]) sort(contribution);
  const isKept = (variable: string): boolean =>
    !inherited.has(variable) && before.values.get(variable) === after.values.get(variable);
  return new Set([...own].filter(isKept));
}

/** Every value with references replaced, those to kept variables by a mark. */
function expandMarked(raws: RawValues, kept: ReadonlySet<string>): Map<string, string> {
  const texts = new Map<string, string>();
  for (const [variable, raw] of raws) texts.set(variable, kept.has(variable) ? `\0${variable}\0` : joinWords(raw));
  return expandReferences(texts).values;
}

/** Text with marks as the language writes it: `${VAR}` for a mark, `$${` for a literal `${`. */
function writeMarked(text: string | null): string | null {
  return text === null ? null : text.replaceAll('${', '$$$${').replaceAll(KEPT, (_mark, variable) => `\${${variable}}`);
}

/** What the language makes of a text, with the values of a record. */
function expandText(text: string | null, values: ReadonlyMap<string, string>): string | null {
  if (text === null) return null;
  // Values are final: what looks like a reference in them is none.
  const texts = new Map(referencesIn(text).map((name) => [name, (values.get(name) ?? '').replaceAll('${', '$$$${')]));
  return expandReferences(texts.set('', text)).values.get('') ?? null;
}
