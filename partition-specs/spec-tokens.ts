// Cuts a PARTITION text into disk headers and parenthesised groups of words.
import type { Fault } from '../lib/errors.ts';

export type Token = { readonly text: string; readonly column: number };

export type SpecItem =
  | { readonly kind: 'disk'; readonly name: Token }
  | { readonly kind: 'group'; readonly column: number; readonly words: readonly Token[] };

/** A fault at one column of the text, drawn with a caret. */
export function specFault(at: { text: string; column: number }, message: string, suggestion?: string): Fault {
  const fault: Fault = { severity: 'error', where: 'PARTITION', line: 1, message, ...at };
  return suggestion === undefined ? fault : { ...fault, suggestion };
}

/** `hda: (a 51 msdos)` → a disk, a group of three words. What fits nowhere becomes a fault and is passed over. */
export function readItems(text: string): { items: SpecItem[]; faults: Fault[] } {
  const items: SpecItem[] = [];
  const faults: Fault[] = [];
  const fault = (column: number, message: string) => faults.push(specFault({ text, column }, message));
  let group: { kind: 'group'; column: number; words: Token[] } | undefined;
  for (const { text: word, column } of tokens(text)) {
    if (word === '(') {
      if (group !== undefined) fault(group.column, 'this ( has no ) before the next (');
      group = { kind: 'group', column, words: [] };
      items.push(group);
    } else if (word === ')') {
      if (group === undefined) fault(column, 'this ) has no ( before it');
      group = undefined;
    } else if (group !== undefined) {
      group.words.push({ text: word, column });
    } else if (word.endsWith(':')) {
      items.push({ kind: 'disk', name: { text: word.slice(0, -1), column } });
    } else {
      fault(column, `expected a disk such as 'disk0:' or a partition in parentheses, found '${word}'`);
    }
  }
  if (group !== undefined) fault(group.column, 'this ( has no )');
  return { items, faults };
}

function tokens(text: string): Token[] {
  return [...text.matchAll(/[()]|[^\s()]+/g)].map((match) => ({ text: match[0], column: match.index + 1 }));
}
