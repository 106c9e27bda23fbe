import { isBlank, placeOf, trimEnd } from '../statements.ts';
import { splitWords } from '../resolve.ts';
import { removeAssignment, replaceLines, rewriteAssignment } from './change-lines.ts';
import type { Draft } from './draft.ts';
import type { Found } from './find-object.ts';
import { scanOne } from './scan-objects.ts';
import type { OwnLine } from './scan-objects.ts';

/** Words at the end of an assignment that may be written over several lines: only the line that grows is touched. */
export function appendWords(draft: Draft, found: Found, line: OwnLine, words: readonly string[]): void {
  const wanted = [...splitWords(line.value), ...words];
  const added = `${line.value === '' ? '' : ' '}${words.join(' ')}`;
  const texts = physicalLines(found, line);
  const { line: lineNumber, column } = placeOf(line.statement, line.valueAt + line.value.length);
  const at = lineNumber - 1 - line.first;
  const text = texts[at] ?? '';
  texts[at] = text.slice(0, column - 1) + added + text.slice(column - 1);
  writeWords({ draft, found, line, texts, wanted });
}

/** Takes words out of an assignment; one that has none left is removed, unless it is `=`. */
export function takeWordsOut(draft: Draft, found: Found, line: OwnLine, words: readonly string[]): void {
  const wanted = splitWords(line.value).filter((word) => !words.includes(word));
  if (wanted.length === 0 && line.operator !== '=') return removeAssignment(draft, found, line);
  writeWords({ draft, found, line, texts: withoutWords(found, line, words), wanted });
}

/** In the lines as they were changed if they read as wanted, else on one line. */
function writeWords(change: {
  draft: Draft;
  found: Found;
  line: OwnLine;
  texts: readonly string[];
  wanted: readonly string[];
}): void {
  const { draft, found, line, texts, wanted } = change;
  const { variable, operator } = line;
  const value = wanted.join(' ');
  const read = scanOne(texts);
  const asWanted =
    read !== undefined && !read.faulty && read.operator === operator && splitWords(read.value).join(' ') === value;
  if (asWanted) replaceLines(draft, found, line, texts, { variable, operator, value });
  else rewriteAssignment(draft, found, line, { variable, operator, value });
}

function withoutWords(found: Found, line: OwnLine, words: readonly string[]): string[] {
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
