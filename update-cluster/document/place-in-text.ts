import type { Fault } from '../../lib/errors.ts';

type Source = { readonly where: string; readonly text: string };

/** Line and column of an offset, from 1, and the line itself. */
export function placeInText(text: string, offset: number): { line: number; column: number; text: string } {
  let line = 1;
  let lineStart = 0;
  for (let at = 0; at < offset; at += 1) {
    const code = text.charCodeAt(at);
    // CR LF is one end of a line, and so is CR alone.
    if (code === 10 || (code === 13 && text.charCodeAt(at + 1) !== 10)) {
      line += 1;
      lineStart = at + 1;
    }
  }
  const rest = text.slice(lineStart);
  const length = rest.search(/[\r\n]/);
  return { line, column: offset - lineStart + 1, text: length === -1 ? rest : rest.slice(0, length) };
}

/** A fault at an offset of a file. */
export function faultAt(
  { where, text }: Source,
  offset: number,
  fault: Pick<Fault, 'severity' | 'message'> & { suggestion?: string },
): Fault {
  return { where, ...placeInText(text, offset), ...fault };
}
