import { splitWords } from '../values.ts';
import { insertAssignment, removeAssignment, replaceLines, rewriteAssignment } from './change-lines.ts';
import type { Setting } from './change-lines.ts';
import { withoutWords, withWords } from './change-words.ts';
import type { WordChange } from './change-words.ts';
import type { Draft } from './draft.ts';
import { explainInexpressible } from './express-value.ts';
import { findObject, inheritedLines, ownLines, saysWord } from './find-object.ts';
import type { Found } from './find-object.ts';
import type { OwnLine } from './scan-objects.ts';

/** Makes the object's own lines say what `setting` says; the fewest lines change, none when they say so already. */
export function setVariable(draft: Draft, name: string, setting: Setting): void {
  if (setting.operator === '=') setValue(draft, name, setting);
  else setWords(draft, name, setting);
}

/** One line gives the value; those that used to have a part in it go, those that had none stay. */
function setValue(draft: Draft, name: string, setting: Setting): void {
  const found = findObject(draft, name);
  const [first, ...others] = liveLines(found, setting.variable);
  if (first === undefined) return insertAssignment(draft, found, setting);
  if (valueOf([first, ...others]) === setting.value) return;
  for (const line of others.toReversed()) removeAssignment(draft, found, line);
  // The lines in front of those removed are where they were.
  if (valueOf([first]) !== setting.value) rewriteAssignment(draft, found, first, setting);
}

/** Words that are there already, or are not, through parents too, need no line. */
function setWords(draft: Draft, name: string, { variable, operator, value }: Setting): void {
  const found = findObject(draft, name);
  const wanted = operator === '+=';
  const inherited = inheritedLines(draft, found, variable).map(({ line }) => line);
  const isMissing = (word: string) => {
    const own = ownLines(findObject(draft, name).object, variable);
    return (saysWord([...inherited, ...own], word) ?? false) !== wanted;
  };
  const words = [...new Set(splitWords(value))].filter(isMissing);
  takeBack(draft, name, { variable, operator, value: words.join(' ') });
  const missing = words.filter(isMissing);
  if (missing.length > 0) addWords(draft, name, { variable, operator, value: missing.join(' ') });
}

/** Takes the words out of the object's own lines that say the opposite, one line at a time: each change moves the next. */
function takeBack(draft: Draft, name: string, { variable, operator, value }: Setting): void {
  const words = splitWords(value);
  const opposite = operator === '+=' ? '-=' : '+=';
  for (;;) {
    const found = findObject(draft, name);
    const first = liveLines(found, variable)
      .filter((line) => line.operator === opposite || (opposite === '+=' && isWordList(line)))
      .filter((line) => splitWords(line.value).some((word) => words.includes(word)))
      .map((line) => ({ line, change: withoutWords(found, line, words) }))
      .find(({ change }) => change !== undefined);
    if (first?.change === undefined) return;
    writeWords(draft, found, first.line, first.change);
  }
}

/** At the end of the last line that already has such words, on a line of their own otherwise. */
function addWords(draft: Draft, name: string, setting: Setting): void {
  const found = findObject(draft, name);
  const live = liveLines(found, setting.variable);
  const at = live.findLastIndex(
    (line) => !line.faulty && (line.operator === setting.operator || (setting.operator === '+=' && isWordList(line))),
  );
  const line = live[at];
  const words = splitWords(setting.value);
  const isLastToSay = words.every((word) => saysWord(live.slice(at + 1), word) === undefined);
  const change = line === undefined || !isLastToSay ? undefined : withWords(found, line, words);
  if (line !== undefined && change !== undefined) return writeWords(draft, found, line, change);
  // Words with different quotes may need lines of their own.
  const values = explainInexpressible(setting.value) === undefined ? [setting.value] : words;
  for (const value of values) {
    const found = findObject(draft, name);
    insertAssignment(draft, found, { ...setting, value }, ownLines(found.object, setting.variable).at(-1));
  }
}

function writeWords(draft: Draft, found: Found, line: OwnLine, { texts, value }: WordChange): void {
  if (texts.length === 0) removeAssignment(draft, found, line);
  else replaceLines(draft, found, line, texts, { ...line, value });
}

/** The lines of a variable that have a part in its value: from the last `=` on. */
function liveLines({ object }: Found, variable: string): OwnLine[] {
  const own = ownLines(object, variable);
  return own.slice(
    Math.max(
      0,
      own.findLastIndex(({ operator }) => operator === '='),
    ),
  );
}

/** A value of `=` that is the same whether it is read as text or as a set of words. */
function isWordList({ operator, value, faulty }: OwnLine): boolean {
  return operator === '=' && !faulty && [...new Set(splitWords(value))].join(' ') === value;
}

/** What these lines alone give; undefined when that depends on the parents, or a line is faulty. */
function valueOf([first, ...others]: readonly OwnLine[]): string | undefined {
  if (first?.operator !== '=' || [first, ...others].some(({ faulty }) => faulty)) return undefined;
  if (others.length === 0) return first.value;
  const words = new Set(splitWords(first.value));
  for (const { operator, value } of others) {
    for (const word of splitWords(value)) {
      if (operator === '+=') words.add(word);
      else words.delete(word);
    }
  }
  return [...words].join(' ');
}
