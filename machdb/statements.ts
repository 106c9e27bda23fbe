/** A file cut into lines, without line ends and byte-order mark. */
export type Source = { readonly path: string; readonly lines: readonly string[] };

/** One logical line: physical lines joined where a backslash continues them. */
export type Statement = {
  readonly text: string;
  /** Where the parts of `text` come from, in order; `line` and `column` count from 1, `offset` from 0. */
  readonly pieces: readonly Piece[];
};

type Piece = { readonly offset: number; readonly line: number; readonly column: number };

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
      before !== undefined;
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
export function placeOf({ pieces }: Statement, offset: number): { line: number; column: number } {
  // By halves: a statement of many lines may have many faults.
  let [first, end] = [0, pieces.length];
  while (end - first > 1) {
    const middle = (first + end) >> 1;
    if ((pieces[middle]?.offset ?? 0) <= offset) first = middle;
    else end = middle;
  }
  const piece = pieces[first] ?? { offset: 0, line: 1, column: 1 };
  return { line: piece.line, column: piece.column + offset - piece.offset };
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
