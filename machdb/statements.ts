import type { Fault } from '../lib/errors.ts';

/** A file cut into lines, without line ends and byte-order mark. */
export type Source = { readonly path: string; readonly lines: readonly string[] };

/** One logical line: physical lines joined where a backslash continues them. */
export type Statement = {
  readonly text: string;
  /** Where the parts of `text` come from, in order; `line` and `column` count from 1, `offset` from 0. */
  readonly pieces: readonly Piece[];
};

type Piece = { readonly offset: number; readonly line: number; readonly column: number };

const LONGEST_EXCERPT = 200;

/** Cuts text into lines; LF and CR LF end a line, a byte-order mark is dropped. */
export function splitLines(path: string, text: string): Source {
  const lines = text.replace(/^\uFEFF/, '').split('\n');
  return { path, lines: lines.map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line)) };
}

/**
 * Joins continued lines. Backslash, line end and the blanks around them become one blank:
 * `PACKAGES=a \` and `    b` become `PACKAGES=a b`. A line that is only a comment is never continued.
 */
export function* joinLines(source: Source): Generator<Statement> {
  const { lines } = source;
  for (let index = 0; index < lines.length; index += 1) {
    const first = lines[index] ?? '';
    const parts = [];
    const pieces: Piece[] = [{ offset: 0, line: index + 1, column: 1 }];
    let offset = 0;
    let last = first;
    for (
      let before = isCommentLine(first) ? undefined : beforeContinuation(first);
      before !== undefined && index + 1 < lines.length;
      before = beforeContinuation(last)
    ) {
      parts.push(before);
      offset += before.length + 1;
      index += 1;
      const line = lines[index] ?? '';
      last = trimStart(line);
      pieces.push({ offset, line: index + 1, column: line.length - last.length + 1 });
    }
    yield { text: [...parts, last].join(' '), pieces };
  }
}

/** The line and column (both from 1) of an offset in a statement. */
export function placeOf(statement: Statement, offset: number): { line: number; column: number } {
  const piece = statement.pieces.findLast((candidate) => candidate.offset <= offset) ?? {
    offset: 0,
    line: 1,
    column: 1,
  };
  return { line: piece.line, column: piece.column + offset - piece.offset };
}

/** An error at a line and column of a source, with the line's text where it is short enough to help. */
export function faultAt(
  source: Source,
  place: { line: number; column: number },
  problem: { message: string; suggestion?: string },
): Fault {
  const text = source.lines[place.line - 1]?.slice(0, LONGEST_EXCERPT);
  return {
    severity: 'error',
    where: source.path,
    ...place,
    ...problem,
    ...(text === undefined || place.column > LONGEST_EXCERPT ? {} : { text }),
  };
}

/** Blanks are spaces and tabs; everything else, such as a no-break space, is text. */
export function isBlank(char: string | undefined): boolean {
  return char === ' ' || char === '\t';
}

export function trimStart(text: string): string {
  let start = 0;
  while (isBlank(text[start])) start += 1;
  return text.slice(start);
}

export function trimEnd(text: string): string {
  let end = text.length;
  while (isBlank(text[end - 1])) end -= 1;
  return text.slice(0, end);
}

/** What stands before a trailing backslash (blanks after it do not count); undefined when there is none. */
function beforeContinuation(line: string): string | undefined {
  const trimmed = trimEnd(line);
  return trimmed.endsWith('\\') ? trimEnd(trimmed.slice(0, -1)) : undefined;
}

function isCommentLine(line: string): boolean {
  return trimStart(line).startsWith('#');
}
