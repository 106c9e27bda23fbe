// Cuts a PARTITION text into headers and parenthesised groups of words.
import type { Fault } from '../lib/errors.ts';

export type Token = { readonly text: string; readonly column: number };

export type SpecItem =
  | { readonly kind: 'header'; readonly name: Token; readonly words: readonly Token[] }
  | { readonly kind: 'group'; readonly column: number; readonly words: readonly Token[] };

/** A fault at one column of the text, drawn with a caret. */
export function specFault(at: { text: string; column: number }, message: string, suggestion?: string): Fault {
  const fault: Fault = { severity: 'error', where: 'PARTITION', line: 1, message, ...at };
  return suggestion === undefined ? fault : { ...fault, suggestion };
}

type Words = { words: Token[] };

/**
 * `hda: dos (a 51 msdos)` → a header with one word, a group of three. What fits nowhere becomes a fault and is passed
 * over.
 */
export function readItems(text: string): { items: SpecItem[]; faults: Fault[] } {
  const items: SpecItem[] = [];
  const faults: Fault[] = [];
  const fault = (column: number, message: string, suggestion?: string) =>
    faults.push(specFault({ text, column }, message, suggestion));
  let group: (Words & { kind: 'group'; column: number }) | undefined;
  let header: (Words & { kind: 'header'; name: Token }) | undefined;
  for (const { text: word, column } of tokens(text)) {
    if (word === '(') {
      if (group !== undefined) fault(group.column, 'this ( has no ) before the next (');
      group = { kind: 'group', column, words: [] };
      header = undefined;
      items.push(group);
    } else if (word === ')') {
      if (group === undefined) fault(column, 'this ) has no ( before it');
      group = undefined;
    } else if (group !== undefined) {
      group.words.push({ text: word, column });
    } else if (word.endsWith(':')) {
      header = { kind: 'header', name: { text: word.slice(0, -1), column }, words: [] };
      items.push(header);
    } else if (header !== undefined) {
      header.words.push({ text: word, column });
    } else {
      const hint = /^[A-Za-z]\w*$/.test(word) && group === undefined ? `did you mean '${word}:'?` : undefined;
      fault(column, `expected a disk such as 'disk0:' or a partition in parentheses, found '${word}'`, hint);
    }
  }
  if (group !== undefined) fault(group.column, 'this ( has no )');
  return { items, faults };
}

/** In `label="System Reserved"` the blank belongs to the word. */
function tokens(text: string): Token[] {
  return [...text.matchAll(/[()]|(?:"[^"()]*"|[^\s()])+/g)].map((match) => ({
    text: match[0],
    column: match.index + 1,
  }));
}
