import { HASH, endsInBackslash, lineEnd, skipBlankCodes } from './characters.ts';
import { joinLines } from './statements.ts';
import type { Statement } from './statements.ts';

/** A statement in a text, and where the next one begins. */
export type ReadStatement = { readonly statement: Statement; readonly next: number; readonly nextLine: number };

/** The statement that begins at an offset, in line `line`: the line there and those that continue it. */
export function readStatement(text: string, start: number, line: number): ReadStatement {
  const { next, lines } = statementExtent(text, start);
  const physical = text.slice(start, next).split('\n', lines);
  const [statement = { text: '', pieces: [] }] = joinLines({ path: '', lines: physical.map(withoutCarriageReturn) });
  const pieces = statement.pieces.map((piece) => ({ ...piece, line: piece.line + line - 1 }));
  return { statement: { text: statement.text, pieces }, next, nextLine: line + lines };
}

/** Where the statement that begins at an offset ends, its last line feed included, and of how many lines it is. */
export function statementExtent(text: string, start: number): { next: number; lines: number } {
  let end = lineEnd(text, start);
  let lines = 1;
  if (text.charCodeAt(skipBlankCodes(text, start, end)) === HASH) return { next: end + 1, lines };
  for (let lineStart = start; endsInBackslash(text, lineStart, end) && end < text.length; lines += 1) {
    lineStart = end + 1;
    end = lineEnd(text, lineStart);
  }
  return { next: end + 1, lines };
}

function withoutCarriageReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}
