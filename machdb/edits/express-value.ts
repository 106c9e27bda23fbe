import { scanOne } from './scan-objects.ts';
import type { OwnLine } from './scan-objects.ts';

type Wanted = {
  /** Everything in front of the value, the operator included. */
  readonly head: string;
  readonly value: string;
  /** Everything behind the value: blanks and a comment. */
  readonly tail: string;
  /** The quotes to try first. */
  readonly quote: OwnLine['quote'];
};

/**
 * The line that reads back as exactly this value: with the quotes that it had, else with others; a value that had none
 * gets them only if it needs them. Undefined when no quotes do.
 */
export function expressLine({ head, value, tail, quote }: Wanted): string | undefined {
  const quotes = quote === '' ? ['', '"', "'"] : [quote, '"', "'", ''];
  const lines = quotes.map((mark) => `${head}${mark}${value}${mark}${tail}`);
  // What begins with # is a comment behind a blank, and a value right behind the operator.
  const close = `${head.trimEnd()}${value}${tail}`;
  return [...lines, close].find((line) => readsAs(line, value));
}

/** Why no line of a database can hold this value; undefined when one can. */
export function explainInexpressible(value: string): string | undefined {
  if (expressLine({ head: 'A=', value, tail: '', quote: '' }) !== undefined) return undefined;
  if (/[\r\n]/.test(value)) return 'it has a line break, and a value is one line';
  const control = /(?!\t)[\p{Cc}\p{Cs}]/u.exec(value)?.[0].codePointAt(0);
  if (control !== undefined)
    return `it contains the character U+${control.toString(16).toUpperCase().padStart(4, '0')}`;
  const reason = whyNotBare(value);
  return `it contains both kinds of quotes, and ${reason}, so it cannot be written without quotes either`;
}

function readsAs(line: string, value: string): boolean {
  const read = scanOne([line]);
  return read !== undefined && !read.faulty && read.value === value;
}

function whyNotBare(value: string): string {
  if (/^["']/.test(value)) return 'begins with a quote';
  if (/^[ \t]|[ \t]$/.test(value)) return 'has a blank at an end';
  if (value.endsWith('\\')) return 'ends with a backslash';
  return 'contains a # after a blank';
}
