import { splitWords } from '../resolve.ts';
import { insertAssignment, removeAssignment, rewriteAssignment } from './change-lines.ts';
import type { Setting } from './change-lines.ts';
import { appendWords, takeWordsOut } from './change-words.ts';
import type { Draft } from './draft.ts';
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

function setWords(draft: Draft, name: string, { variable, operator, value }: Setting): void {
  const wanted = operator === '+=';
  const own = () => ownLines(findObject(draft, name).object, variable);
  const words = [...new Set(splitWords(value))].filter((word) => saysWord(own(), word) !== wanted);
  const before = own();
  takeBack(draft, name, { variable, operator, value: words.join(' ') });
  const said = saysOtherwise(before, words, wanted);
  const inherited = inheritedLines(draft, findObject(draft, name), variable).map(({ line }) => line);
  const missing = words.filter(
    (word) => !said.has(word) || (saysWord([...inherited, ...own()], word) ?? false) !== wanted,
  );
  if (missing.length > 0) addWords(draft, name, { variable, operator, value: missing.join(' ') });
}

/** The words of which these lines say the opposite. */
function saysOtherwise(lines: readonly OwnLine[], words: readonly string[], wanted: boolean): Set<string> {
  return new Set(words.filter((word) => saysWord(lines, word) === !wanted));
}

/** Takes the words out of the object's own lines that say the opposite, one line at a time: each change moves the next. */
function takeBack(draft: Draft, name: string, { variable, operator, value }: Setting): void {
  const words = splitWords(value);
  const opposite = operator === '+=' ? '-=' : '+=';
  for (;;) {
    const found = findObject(draft, name);
    const line = liveLines(found, variable).find(
      (line) =>
        (line.operator === opposite || (opposite === '+=' && isWordList(line))) &&
        splitWords(line.value).some((word) => words.includes(word)),
    );
    if (line === undefined) return;
    takeWordsOut(draft, found, line, words);
  }
}

/** At the end of the last line that already has such words, on a line of their own otherwise. */
function addWords(draft: Draft, name: string, setting: Setting): void {
  const found = findObject(draft, name);
  const live = liveLines(found, setting.variable);
  const line = live.findLast(
    (line) => !line.faulty && (line.operator === setting.operator || (setting.operator === '+=' && isWordList(line))),
  );
  if (line !== undefined) appendWords(draft, found, line, splitWords(setting.value));
  else insertAssignment(draft, found, setting, ownLines(found.object, setting.variable).at(-1));
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
