/** A physical line. `end` is `\n` or `\r\n`; on the last line what is left of it: nothing, or a lone `\r`. */
export type Line = { readonly text: string; readonly end: string };

/** Replaces `count` lines from index `start` by `texts`. */
export type Splice = { readonly start: number; readonly count: number; readonly texts: readonly string[] };

/** Cuts a text into the same lines as statements.ts does, but loses nothing; there is always at least one line. */
export function cutLines(text: string): { readonly bom: string; readonly lines: readonly Line[] } {
  const bom = text.startsWith('\uFEFF') ? '\uFEFF' : '';
  const parts = text.slice(bom.length).split('\n');
  const lines = parts.map((part, index) => {
    const feed = index < parts.length - 1 ? '\n' : '';
    return part.endsWith('\r') ? { text: part.slice(0, -1), end: `\r${feed}` } : { text: part, end: feed };
  });
  return { bom, lines };
}

/** The inverse of cutLines. */
export function pasteLines(bom: string, lines: readonly Line[]): string {
  return bom + lines.map(({ text, end }) => text + end).join('');
}

/**
 * The lines after a splice. A new line ends as the one that it replaces or follows; the file ends as it did before,
 * with or without a line feed.
 */
export function spliceLines(lines: readonly Line[], { start, count, texts }: Splice): Line[] {
  const fileEnd = lines.at(-1)?.end ?? '';
  const near = lines.slice(0, start + count).findLast(hasFeed) ?? lines.find(hasFeed);
  const usualEnd = near?.end ?? '\n';
  const replaced = lines.slice(start, start + count);
  const inserted = texts.map((text, index) => ({ text, end: replaced[index]?.end ?? usualEnd }));
  const result = [...lines.slice(0, start), ...inserted, ...lines.slice(start + count)];
  if (result.length === 0) result.push({ text: '', end: '' });
  return result.map((line, index) => {
    if (index === result.length - 1) return hasFeed(line) ? { text: line.text, end: fileEnd } : line;
    return hasFeed(line) ? line : { text: line.text, end: usualEnd };
  });
}

function hasFeed(line: Line): boolean {
  return line.end.endsWith('\n');
}
