import { parseUnquoted, parseValue } from '../parse-value.ts';
import { isBlank, joinLines, trimStart } from '../statements.ts';
import type { Statement } from '../statements.ts';
import type { Operator } from '../types.ts';
import type { Line } from './lines.ts';

/** Where a statement stands: `first` counts lines from 0. */
type Extent = { readonly statement: Statement; readonly first: number; readonly count: number };

/** An assignment and where its parts are in the statement; offsets from 0. */
export type OwnLine = Extent & {
  readonly variable: string;
  readonly operator: Operator;
  /** Empty when `faulty`. */
  readonly value: string;
  /** Where the operator begins, and the value without its quotes. */
  readonly operatorAt: number;
  readonly valueAt: number;
  readonly quote: '' | '"' | "'";
  /** The parser reports this value, such as a quote that is not closed. */
  readonly faulty: boolean;
};

export type ScannedObject = {
  readonly name: string;
  readonly header: Extent;
  readonly parents: readonly { readonly name: string; readonly offset: number }[];
  readonly assignments: readonly OwnLine[];
  /** Index of the line behind the object: behind its last statement and the indented comments that follow at once. */
  readonly end: number;
};

type OpenObject = ScannedObject & { readonly assignments: OwnLine[]; end: number };

// As in parse.ts; a property test holds the two together.
const ASSIGNMENT = /^[ \t]*([A-Za-z_][A-Za-z0-9_]*)[ \t]*([-+]?=)/;
const HEADER = /^[ \t]*([A-Za-z0-9_][A-Za-z0-9_.-]*)[ \t]*:/;
const FORBIDDEN = /(?!\t)[\p{Cc}\p{Cs}]/u;

/** The objects of one file with the places of all their parts; what the parser cannot read is passed over as it does. */
export function scanObjects(lines: readonly Line[]): ScannedObject[] {
  const objects: OpenObject[] = [];
  let current: OpenObject | undefined;
  for (const statement of joinLines({ path: '', lines: lines.map(({ text }) => text) })) {
    const extent = extentOf(statement, lines.length);
    const assignment = scanAssignment(extent);
    const opened = assignment === undefined ? scanHeader(extent) : undefined;
    if (opened !== undefined) {
      current = opened;
      if (opened.name !== '') objects.push(opened);
    } else if (current !== undefined && (assignment !== undefined || followsAsComment(extent, current))) {
      if (assignment !== undefined) current.assignments.push(assignment);
      current.end = extent.first + extent.count;
    }
  }
  return objects;
}

/** The assignment that these physical lines are, when they are one and nothing else. */
export function scanOne(texts: readonly string[]): OwnLine | undefined {
  const [statement, ...others] = joinLines({ path: '', lines: texts });
  if (statement === undefined || others.length > 0 || statement.pieces.length !== texts.length) return undefined;
  return scanAssignment(extentOf(statement, texts.length));
}

function extentOf(statement: Statement, lineCount: number): Extent {
  const first = (statement.pieces[0]?.line ?? 1) - 1;
  // A backslash on the last line continues it into a line that is not there.
  return { statement, first, count: Math.min(statement.pieces.length, lineCount - first) };
}

function scanAssignment(extent: Extent): OwnLine | undefined {
  const { text } = extent.statement;
  const match = ASSIGNMENT.exec(text);
  if (match === null || FORBIDDEN.test(text)) return undefined;
  const [head, variable = '', operator = ''] = match;
  const { value, offset, problem } = parseValue(extent.statement, head.length);
  let begin = head.length;
  while (isBlank(text[begin])) begin += 1;
  const first = text[begin];
  const quote = first === '"' || first === "'" ? first : '';
  return {
    ...extent,
    variable,
    operator: operator as Operator,
    value,
    operatorAt: head.length - operator.length,
    valueAt: problem !== undefined || (value === '' && quote === '') ? head.length : offset,
    quote,
    faulty: problem !== undefined,
  };
}

/** An object without a name is one that the parser reports; the assignments below it are nobody's. */
function scanHeader(header: Extent): OpenObject | undefined {
  const { statement, first, count } = header;
  if (FORBIDDEN.test(statement.text) || trimStart(statement.text).startsWith('#')) return undefined;
  const match = HEADER.exec(statement.text);
  if (match === null && !/^[^:= \t][^:=]*:|^:/.test(statement.text)) return undefined;
  const [head, name = ''] = match ?? [''];
  const { value, offset } = parseUnquoted(statement, head.length);
  const parents = value.matchAll(/[^ \t]+/g).map((word) => ({ name: word[0], offset: offset + word.index }));
  return { name, header, parents: name === '' ? [] : parents.toArray(), assignments: [], end: first + count };
}

function followsAsComment({ statement, first }: Extent, { end }: ScannedObject): boolean {
  return first === end && isBlank(statement.text[0]) && trimStart(statement.text).startsWith('#');
}
