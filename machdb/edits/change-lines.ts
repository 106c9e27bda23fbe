// The smallest changes: one assignment is written, rewritten or removed. The draft records each.
import { isHidden, showValue } from '../../lib/secret-variables.ts';
import { UserError } from '../../lib/errors.ts';
import { trimStart } from '../statements.ts';
import type { Operator } from '../types.ts';
import { insertLines, noteChange, objectsOf, splice } from './draft.ts';
import type { Draft } from './draft.ts';
import { explainInexpressible, expressLine } from './express-value.ts';
import type { Found } from './find-object.ts';
import type { OwnLine, ScannedObject } from './scan-objects.ts';

/** `VAR=value`, `VAR+=words` or `VAR-=words`. */
export type Setting = { readonly variable: string; readonly operator: Operator; readonly value: string };

/** Writes a new assignment behind one of the object, behind its last one otherwise. */
export function insertAssignment(draft: Draft, found: Found, setting: Setting, behind?: OwnLine): void {
  const { file, object } = found;
  const neighbour = behind ?? object.assignments.at(-1) ?? object.header;
  const at = neighbour.first + neighbour.count;
  const head = `${indentationOf(found)}${setting.variable}${setting.operator}`;
  const text = expressLine({ head, value: setting.value, tail: '', quote: '' });
  if (text === undefined) throw inexpressible(setting);
  const [line] = insertLines(draft, file, at, [text]);
  if (line === undefined) throw new Error('a line was inserted');
  const { variable } = setting;
  noteChange(draft, { file, at: line, object: object.name, variable, now: describe(setting) });
}

/** Gives an assignment another operator and value; indentation, blanks, quotes and comment stay where they can. */
export function rewriteAssignment(draft: Draft, found: Found, line: OwnLine, setting: Setting): void {
  const text = rewrittenLine(line, setting);
  if (text === undefined) throw inexpressible(setting);
  replaceLines(draft, found, line, [text], setting);
}

/** An assignment, on one line, with another operator and value; undefined when no quotes can hold the value. */
export function rewrittenLine(line: OwnLine, { operator, value }: Setting): string | undefined {
  const { text } = line.statement;
  const head = text.slice(0, line.operatorAt) + operator + blanksBehindOperator(line);
  const tail = line.faulty ? '' : text.slice(line.valueAt + line.value.length + line.quote.length);
  return expressLine({ head, value, tail, quote: line.quote });
}

/** Puts other lines in the place of an assignment; they must read as `setting`. */
export function replaceLines(
  draft: Draft,
  { file, object }: Found,
  line: OwnLine,
  texts: readonly string[],
  setting: Setting,
): void {
  const [at] = splice(draft, file, { start: line.first, count: line.count, texts });
  if (at === undefined) throw new Error('an assignment has a line');
  const { variable } = line;
  noteChange(draft, { file, at, object: object.name, variable, now: describe(setting), was: describe(line) });
}

/** Takes an assignment out with all its lines. */
export function removeAssignment(draft: Draft, { file, object }: Found, line: OwnLine): void {
  const at = file.lines[line.first];
  if (at === undefined) throw new Error('an assignment has a line');
  splice(draft, file, { start: line.first, count: line.count, texts: [] });
  noteChange(draft, { file, at, object: object.name, variable: line.variable, was: describe(line) });
}

/** `IP=10.77.0.7`; the value of a secret is not shown. */
export function describe({ variable, operator, value }: Setting): string {
  return `${variable}${operator}${isHidden(variable) ? '(hidden)' : value}`;
}

function blanksBehindOperator(line: OwnLine): string {
  const { text } = line.statement;
  const from = line.operatorAt + line.operator.length;
  return text.slice(from, Math.max(from, line.valueAt - line.quote.length));
}

/** `lab07: lab room-a`, without comment and continuation. */
export function describeHeader({ name, parents }: ScannedObject): string {
  return [`${name}:`, ...parents.map((parent) => parent.name)].join(' ');
}

/** As the object's last assignment, else the nearest one above it, else the first one of the file, else four blanks. */
function indentationOf({ file, object }: Found): string {
  const all = objectsOf(file).flatMap(({ assignments }) => assignments);
  const like = object.assignments.at(-1) ?? all.findLast(({ first }) => first < object.header.first) ?? all[0];
  if (like === undefined) return '    ';
  const { text } = like.statement;
  return text.slice(0, text.length - trimStart(text).length);
}

function inexpressible({ variable, value }: Setting): UserError {
  const reason = explainInexpressible(value) ?? 'no quotes make it so';
  return new UserError(`${variable} cannot have the value ${showValue(variable, value)}: ${reason}`, { exitCode: 2 });
}
