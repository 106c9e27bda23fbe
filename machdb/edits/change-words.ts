import { isBlank, placeOf, trimEnd } from '../statements.ts';
import { splitWords } from '../values.ts';
import { rewrittenLine } from './change-lines.ts';
import type { Found } from './find-object.ts';
import { scanOne } from './scan-objects.ts';
import type { OwnLine } from './scan-objects.ts';

/** What to write in the place of an assignment, and the value that it then has. */
export type WordChange = { readonly texts: readonly string[]; readonly value: string };

/** The lines of an assignment with words at its end: of one that is written over several, only one line grows. */
export function withWords(found: Found, line: OwnLine, words: readonly string[]): WordChange | undefined {
  const added = `${line.value === '' ? '' : ' '}${words.join(' ')}`;
  const texts = physicalLines(found, line);
  const { line: lineNumber, column } = placeOf(line.statement, line.valueAt + line.value.length);
  const at = lineNumber - 1 - line.first;
  const text = texts[at] ?? '';
  texts[at] = text.slice(0, column - 1) + added + text.slice(column - 1);
  return express(line, texts, [...splitWords(line.value), ...words]);
}

/** The lines of an assignment without some of its words; none when it has no others left, unless it is `=`. */
export function withoutWords(found: Found, line: OwnLine, words: readonly string[]): WordChange | undefined {
  const left = splitWords(line.value).filter((word) => !words.includes(word));
  if (left.length === 0 && line.operator !== '=') return { texts: [], value: '' };
  return express(line, cutWords(found, line, words), left);
}

/** As changed if that reads as wanted, else on one line; undefined when no quotes can hold the words. */
function express(line: OwnLine, texts: readonly string[], words: readonly string[]): WordChange | undefined {
  const { variable, operator } = line;
  const value = words.join(' ');
  const read = scanOne(texts);
  const asWanted =
    read !== undefined && !read.faulty && read.operator === operator && splitWords(read.value).join(' ') === value;
  if (asWanted) return { texts, value };
  const text = rewrittenLine(line, { variable, operator, value });
  return text === undefined ? undefined : { texts: [text], value };
}

function cutWords(found: Found, line: OwnLine, words: readonly string[]): string[] {
  const texts = physicalLines(found, line);
  const matches = line.value.matchAll(/[^ \t]+/g).filter(([word]) => words.includes(word));
  // From the end, so that the places of the others stay as they are.
  for (const { 0: word, index } of matches.toArray().toReversed()) {
    const place = placeOf(line.statement, line.valueAt + index);
    const at = place.line - 1 - line.first;
    texts[at] = cutWord(texts[at] ?? '', place.column - 1, word.length);
  }
  return dropEmptyLines(texts);
}

/** With the blanks behind the word or, when nothing follows, those before it. */
function cutWord(text: string, start: number, length: number): string {
  let end = start + length;
  while (isBlank(text[end])) end += 1;
  const before = text.slice(0, start);
  return end === text.length || /["']/.test(text[end] ?? '')
    ? trimEnd(before) + text.slice(end)
    : before + text.slice(end);
}

/** Continuation lines on which nothing is left; the backslash before the last one goes too. */
function dropEmptyLines(texts: readonly string[]): string[] {
  const left = texts.filter((text, index) => index === 0 || !/^[ \t]*\\?[ \t]*$/.test(text));
  const last = left.at(-1) ?? '';
  const lastIsGone = texts.at(-1) !== last;
  return lastIsGone ? [...left.slice(0, -1), trimEnd(trimEnd(last).replace(/\\$/, ''))] : left;
}

function physicalLines({ file }: Found, line: OwnLine): string[] {
  return file.lines.slice(line.first, line.first + line.count).map(({ text }) => text);
}
