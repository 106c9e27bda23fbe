// The language of classes. In: text such as `site=north and not (package=bash or name~web*)`. Out: a selector, or its faults with
// their places. Never: I/O; knows which classes, packages or objects there are.
import { didYouMean } from '../../lib/did-you-mean.ts';
import { FaultsError } from '../../lib/errors.ts';
import { operators, selectorFields, VARIABLE_PREFIX } from './selector.ts';
import type { Operator, Selector, Term } from './selector.ts';

type Token = { readonly text: string; readonly column: number; readonly kind: 'word' | '(' | ')' };

const DEEPEST = 50;

/** @throws FaultsError with the place of the first fault, and a suggestion */
export function parseSelector(text: string): Selector {
  const tokens = readTokens(text);
  const parser = createParser(text, tokens);
  const selector = parser.readOr(0);
  parser.requireEnd();
  return selector;
}

/** A term is one word, in which a part may be quoted: `name="a b"`. */
function readTokens(text: string): Token[] {
  const pattern = /\s*(?:([()])|((?:"[^"]*"|[^\s()"])+)|(\S))/gy;
  const tokens: Token[] = [];
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const [whole, bracket, word, rest] = match;
    const column = match.index + whole.length - (bracket ?? word ?? rest ?? '').length + 1;
    if (rest !== undefined) throw fault(text, column, 'the quotation mark is not closed');
    if (bracket === '(' || bracket === ')') tokens.push({ text: bracket, column, kind: bracket });
    else tokens.push({ text: word ?? '', column, kind: 'word' });
  }
  return tokens;
}

function createParser(text: string, tokens: readonly Token[]) {
  let at = 0;
  const isWord = (word: string): boolean => tokens[at]?.kind === 'word' && tokens[at]?.text.toLowerCase() === word;
  const place = (): number => tokens[at]?.column ?? text.length + 1;

  function readJoined(kind: 'and' | 'or', readPart: () => Selector): Selector {
    const parts = [readPart()];
    while (isWord(kind)) {
      at += 1;
      parts.push(readPart());
    }
    const [first] = parts;
    return first !== undefined && parts.length === 1 ? first : { kind, parts };
  }

  const readOr = (depth: number): Selector => readJoined('or', () => readJoined('and', () => readPart(depth)));

  function readPart(depth: number): Selector {
    if (depth > DEEPEST) throw fault(text, place(), `more than ${DEEPEST} brackets and nots are in one another`);
    const token = tokens[at];
    if (isWord('not')) {
      at += 1;
      return { kind: 'not', part: readPart(depth + 1) };
    }
    if (token?.kind === '(') {
      at += 1;
      const inner = readOr(depth + 1);
      if (tokens[at]?.kind !== ')') throw fault(text, place(), 'a closing bracket is missing');
      at += 1;
      return inner;
    }
    if (token?.kind !== 'word' || isWord('and') || isWord('or')) {
      throw fault(text, place(), 'a condition is missing here', 'such as site=north or package=bash');
    }
    at += 1;
    return readTerm(text, token);
  }

  function requireEnd(): void {
    const token = tokens[at];
    if (token === undefined) return;
    if (token.kind === ')') throw fault(text, token.column, 'this bracket was not opened');
    throw fault(text, token.column, `"${token.text}" stands between two conditions`, 'write "and" or "or" before it');
  }

  return { readOr, requireEnd };
}

function readTerm(text: string, { text: word, column }: Token): Term {
  const match = /^([a-z][\w.-]*)(!=|!~|=|~)(.*)$/is.exec(word);
  if (match === null) {
    const known = `conditions are FIELD=VALUE, with ${operators.join(' ')}`;
    throw fault(text, column, `"${word}" is not a condition`, known);
  }
  const [, field = '', operator = '', quoted = ''] = match;
  const value = quoted.replaceAll('"', '');
  if (value === '') throw fault(text, column + word.length, `the value of ${field} is missing`);
  return { kind: 'term', field: readField(text, field, column), operator: operator as Operator, value, column };
}

function readField(text: string, field: string, column: number): Term['field'] {
  if (Object.hasOwn(selectorFields, field)) return field as Term['field'];
  if (field.startsWith(VARIABLE_PREFIX) && field.length > VARIABLE_PREFIX.length) return field as Term['field'];
  const known = Object.keys(selectorFields);
  const suggestion = didYouMean(field, known) ?? `fields are ${known.join(', ')} and ${VARIABLE_PREFIX}NAME`;
  throw fault(text, column, `there is no field ${field}`, suggestion);
}

export function fault(text: string, column: number, message: string, suggestion?: string): FaultsError {
  return new FaultsError('the selector', [
    {
      severity: 'error',
      where: 'selector',
      line: 1,
      column,
      message,
      text,
      ...(suggestion === undefined ? {} : { suggestion }),
    },
  ]);
}
