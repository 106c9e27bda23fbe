import type { Problem } from './faults.ts';
import { isBlank, trimEnd } from './statements.ts';
import type { Statement } from './statements.ts';

/** `offset` is where the value begins in the statement or, with a `problem`, what the problem points at. */
type ParsedValue = {
  readonly value: string;
  readonly offset: number;
  readonly problem?: Problem;
};

/**
 * The value that begins at `from`: to the end of the line, or between quotes. In front of a comment stands a blank:
 * `a#b` and `##X##` are values, `a #b` is `a` with a comment, and so is nothing in ` # comment`.
 */
export function parseValue(statement: Statement, from: number): ParsedValue {
  const offset = skipBlanks(statement.text, from);
  const quote = statement.text[offset];
  return quote === '"' || quote === "'" ? parseQuoted(statement, offset, quote) : parseUnquoted(statement, from);
}

/** From `from` to the end of the line or to a comment, without the blanks around it. */
export function parseUnquoted(statement: Statement, from: number): ParsedValue {
  const { text } = statement;
  const offset = skipBlanks(text, from);
  const comment = findComment(text, from);
  const swallowed = swallowedLine(statement, comment);
  if (swallowed !== undefined) return swallowed;
  return { value: trimEnd(text.slice(offset, Math.max(offset, comment))), offset };
}

function parseQuoted(statement: Statement, offset: number, quote: string): ParsedValue {
  const { text } = statement;
  const end = text.indexOf(quote, offset + 1);
  if (end === -1) {
    const suggestion = 'a backslash at the end of the line continues the value on the next line';
    return { value: '', offset, problem: { message: `no closing ${quote} on this line`, suggestion } };
  }
  const comment = findComment(text, end + 1);
  if (trimEnd(text.slice(end + 1, comment)) !== '') {
    const suggestion = 'nothing is escaped between quotes: put "…" around a value with \' and \'…\' around one with "';
    return { value: '', offset: end + 1, problem: { message: 'text after the closing quote', suggestion } };
  }
  return swallowedLine(statement, comment) ?? { value: text.slice(offset + 1, end), offset: offset + 1 };
}

function skipBlanks(text: string, from: number): number {
  let at = from;
  while (isBlank(text[at])) at += 1;
  return at;
}

/** Where a comment begins, or the end of the text. */
function findComment(text: string, from: number): number {
  for (let at = text.indexOf('#', from); at !== -1; at = text.indexOf('#', at + 1)) {
    if (isBlank(text[at - 1])) return at;
  }
  return text.length;
}

/** A backslash at the end of a comment would silently make the next line part of the comment. */
function swallowedLine(statement: Statement, comment: number): ParsedValue | undefined {
  const swallowed = statement.pieces.find((piece) => piece.offset > comment);
  if (swallowed === undefined) return undefined;
  const message = `the backslash after this comment would make line ${swallowed.line} a comment too`;
  return { value: '', offset: comment, problem: { message, suggestion: 'remove the backslash or the comment' } };
}
