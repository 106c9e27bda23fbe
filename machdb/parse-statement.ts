// One logical line of the language, exactly. In: a statement. Out: its meaning, or its fault.
// The scanners of outline.ts and scan-assignment.ts know the plain cases of the same language, and are faster.
import { parseUnquoted, parseValue } from './parse-value.ts';
import { placeOf, trimStart } from './statements.ts';
import type { Statement } from './statements.ts';
import type { Problem } from './faults.ts';
import type { Operator, Parent } from './types.ts';

/** `line` and `column` count from 1, in the lines of the statement's pieces. */
export type StatementFault = Problem & { readonly line: number; readonly column: number };

export type ParsedStatement =
  | { readonly kind: 'nothing' }
  | {
      readonly kind: 'assignment';
      readonly variable: string;
      readonly operator: Operator;
      readonly value: string;
      readonly line: number;
      readonly column: number;
    }
  /** `name` is empty when it is not a legal one: what follows belongs to nobody then. */
  | { readonly kind: 'header'; readonly name: string; readonly parents: readonly Parent[]; readonly line: number }
  | { readonly kind: 'strange' };

type Report = (offset: number, problem: Problem) => void;

const ASSIGNMENT = /^[ \t]*([A-Za-z_][A-Za-z0-9_]*)[ \t]*([-+]?=)/;
const HEADER = /^[ \t]*([A-Za-z0-9_][A-Za-z0-9_.-]*)[ \t]*:/;
const NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/;
// Control characters but tab, and halves of surrogate pairs.
const FORBIDDEN = /(?!\t)[\p{Cc}\p{Cs}]/u;

/** Parses one statement; a header with faults is a header all the same, so that what follows has its place. */
export function parseStatement(statement: Statement): { parsed: ParsedStatement; faults: StatementFault[] } {
  const faults: StatementFault[] = [];
  const report: Report = (offset, problem) => faults.push({ ...placeOf(statement, offset), ...problem });
  return { parsed: parse(statement, report), faults };
}

function parse(statement: Statement, report: Report): ParsedStatement {
  const text = trimStart(statement.text);
  if (text === '') return { kind: 'nothing' };
  const forbidden = FORBIDDEN.exec(statement.text);
  if (forbidden !== null) {
    const code = (forbidden[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
    report(forbidden.index, { message: `character U+${code} is not allowed in a text file` });
    return { kind: 'strange' };
  }
  if (text.startsWith('#')) return { kind: 'nothing' };
  const assignment = ASSIGNMENT.exec(statement.text);
  if (assignment !== null) return parseAssignment(statement, assignment, report);
  const header = HEADER.exec(statement.text);
  if (header !== null) return parseHeader(statement, header, report);
  return parseStrange(statement, report);
}

function parseAssignment(statement: Statement, match: RegExpExecArray, report: Report): ParsedStatement {
  const [head, variable = '', operator = ''] = match;
  const start = statement.text.indexOf(variable);
  const { value, offset, problem } = parseValue(statement, head.length);
  if (problem !== undefined) {
    report(offset, problem);
    return { kind: 'strange' };
  }
  if (variable === 'HOSTNAME' || variable === '__proto__') {
    const message = variable === 'HOSTNAME' ? 'HOSTNAME is always the name of the object' : `${variable} is reserved`;
    report(start, { message, suggestion: 'choose another variable' });
    return { kind: 'strange' };
  }
  return { kind: 'assignment', variable, operator: operator as Operator, value, ...placeOf(statement, start) };
}

function parseHeader(statement: Statement, match: RegExpExecArray, report: Report): ParsedStatement {
  const [head, name = ''] = match;
  const start = statement.text.indexOf(name);
  if (start > 0) {
    const message = `the header of ${name} is indented`;
    report(0, { message, suggestion: 'begin it in column one, or quote the value it belongs to' });
  }
  const { line } = placeOf(statement, start);
  return { kind: 'header', name, parents: parseParents(statement, head.length, report), line };
}

function parseParents(statement: Statement, from: number, report: Report): Parent[] {
  const { value, offset, problem } = parseUnquoted(statement, from);
  if (problem !== undefined) {
    report(offset, problem);
    return [];
  }
  const parents: Parent[] = [];
  for (const match of value.matchAll(/[^ \t]+/g)) {
    const [name] = match;
    if (NAME.test(name)) parents.push({ name, ...placeOf(statement, offset + match.index) });
    else {
      const message = `'${name.slice(0, 80)}' is not the name of an object`;
      const suggestion = name.includes('=')
        ? 'write assignments on lines of their own'
        : 'separate parents with blanks; names are made of letters, digits and . _ -';
      report(offset + match.index, { message, suggestion });
    }
  }
  return parents;
}

function parseStrange(statement: Statement, report: Report): ParsedStatement {
  const start = statement.text.length - trimStart(statement.text).length;
  const word = /^[^:=]*/.exec(statement.text.slice(start))?.[0] ?? '';
  const mark = statement.text[start + word.length];
  const shown = word.trim().slice(0, 80);
  if (mark === '=') {
    const suggestion = 'variables are made of letters, digits and _, and do not begin with a digit';
    report(start, { message: `'${shown}' is not a variable`, suggestion });
    return { kind: 'strange' };
  }
  if (mark === ':' && start === 0) {
    // A header all the same: what follows must not fall to the object before it.
    const suggestion = 'names are made of letters, digits and . _ -';
    report(start, { message: `'${shown}' is not the name of an object`, suggestion });
    return { kind: 'header', name: '', parents: [], line: placeOf(statement, start).line };
  }
  report(start, { message: 'neither a header `NAME: PARENT…` nor an assignment `VAR=value`' });
  return { kind: 'strange' };
}
