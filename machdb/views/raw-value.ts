import { applyAssignment, splitWords } from '../values.ts';
import type { Contribution } from '../resolve.ts';
import type { RawValue } from '../values.ts';

/** The variables of an object before `${VAR}` is replaced. */
export function rawValuesOf(name: string, contributions: readonly Contribution[]): Map<string, RawValue> {
  const values = new Map<string, RawValue>([['HOSTNAME', name]]);
  for (const { assignment } of contributions) applyAssignment(values, assignment);
  return values;
}

/** The words of a value; none of a variable that is not set. */
export function wordsOf(value: RawValue | undefined): string[] {
  return typeof value === 'string' ? splitWords(value) : [...(value ?? [])];
}

/** The variables that a text refers to, each once; `$${` is not a reference. */
export function referencesIn(text: string): string[] {
  const names = text.matchAll(/\$\$\{|\$\{([^}]*)\}/g).map(([, name]) => name);
  return [...new Set(names.filter((name) => name !== undefined))];
}
