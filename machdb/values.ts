// What assignments do to a value. In: the value before, and a line. Out: the value after. Never: looks at objects.
import type { Assignment } from './types.ts';

/** A value as it was written or, once `+=` or `-=` has touched it, a set of words in order. */
export type RawValue = string | ReadonlySet<string>;

/** The words of a value; blanks and tabs separate them. */
export function splitWords(value: string): string[] {
  // Most values are one word.
  if (!value.includes(' ') && !value.includes('\t')) return value === '' ? [] : [value];
  return value.split(/[ \t]+/).filter((word) => word !== '');
}

// The sets that were made for a record are changed in place there: a list may be built in thousands of lines.
const makers = new WeakMap<ReadonlySet<string>, Map<string, RawValue>>();

/** Applies one assignment to what was set before; words that a `-=` did not find are handed to `onMissing`. */
export function applyAssignment(
  values: Map<string, RawValue>,
  { variable, operator, value }: Assignment,
  onMissing?: (word: string) => void,
): void {
  if (operator === '=') {
    values.set(variable, value);
    return;
  }
  const before = values.get(variable);
  const words = splitWords(value);
  if (before === undefined && operator === '-=') {
    for (const word of words) onMissing?.(word);
    return;
  }
  const after = ownSet(values, before);
  for (const word of words) {
    if (operator === '+=') after.add(word);
    else if (!after.delete(word)) onMissing?.(word);
  }
  values.set(variable, after);
}

/** The words of a value as a set that these values alone hold: the one there may belong to a parent. */
function ownSet(values: Map<string, RawValue>, before: RawValue | undefined): Set<string> {
  if (before instanceof Set && makers.get(before) === values) return before;
  const own = new Set(typeof before === 'string' ? splitWords(before) : before);
  makers.set(own, values);
  return own;
}

/** A value as text: words are joined by one blank. */
export function joinWords(value: RawValue): string {
  return typeof value === 'string' ? value : [...value].join(' ');
}
