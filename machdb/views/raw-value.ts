import { splitWords } from '../resolve.ts';
import type { Contribution } from '../resolve.ts';
import type { Assignment } from '../types.ts';

/** A value before `${VAR}` is replaced: as it was written or, once `+=` or `-=` has touched it, words in order. */
export type RawValue = string | ReadonlySet<string>;

/** What a variable is after an assignment; undefined when it is not set. */
export function applyAssignment(before: RawValue | undefined, assignment: Assignment): RawValue | undefined {
  const { operator, value } = assignment;
  if (operator === '=') return value;
  if (operator === '-=' && before === undefined) return undefined;
  const words = new Set(wordsOf(before));
  for (const word of splitWords(value)) {
    if (operator === '+=') words.add(word);
    else words.delete(word);
  }
  return words;
}

/** The variables of an object before `${VAR}` is replaced. */
export function rawValuesOf(name: string, contributions: readonly Contribution[]): Map<string, RawValue> {
  const values = new Map<string, RawValue>([['HOSTNAME', name]]);
  for (const { assignment } of contributions) {
    const value = applyAssignment(values.get(assignment.variable), assignment);
    if (value !== undefined) values.set(assignment.variable, value);
  }
  return values;
}

export function wordsOf(value: RawValue | undefined): string[] {
  return typeof value === 'string' ? splitWords(value) : [...(value ?? [])];
}

export function textOf(value: RawValue): string {
  return typeof value === 'string' ? value : [...value].join(' ');
}

/** The variables that a text refers to, each once; `$${` is no reference. */
export function referencesIn(text: string): string[] {
  const names = text.matchAll(/\$\$\{|\$\{([^}]*)\}/g).map(([, name]) => name);
  return [...new Set(names.filter((name) => name !== undefined))];
}
