import { hideValue } from '../../lib/secret-variables.ts';
import type { ChangedFile, EditPlan, LineChange } from './draft.ts';
import { cutLines } from './lines.ts';
import type { Line } from './lines.ts';

const CONTEXT_LINES = 3;

/** A unified diff of what a plan changes, for people and for `patch -p0` in the site directory; secrets are hidden. */
export function renderDiff(plan: EditPlan): string {
  return plan.files.map(renderFile).join('');
}

function renderFile(file: ChangedFile): string {
  const original = file.text === undefined ? [] : withoutLastEmpty(linesOf(file.text));
  const header = `--- ${file.text === undefined ? '/dev/null' : file.path}\n+++ ${file.path}\n`;
  return (
    header +
    groupChanges(file.hunks)
      .map((changes) => renderHunk(changes, original))
      .join('')
  );
}

/** With the byte-order mark on the first, as in the changes. */
function linesOf(text: string): Line[] {
  const { bom, lines } = cutLines(text);
  return lines.map((line, index) => (index === 0 ? { ...line, text: bom + line.text } : line));
}

/** Changes whose context would touch are one hunk. */
function groupChanges(changes: readonly LineChange[]): LineChange[][] {
  const groups: LineChange[][] = [];
  let end = -Infinity;
  for (const change of changes) {
    if (change.oldStart - end <= 2 * CONTEXT_LINES) groups.at(-1)?.push(change);
    else groups.push([change]);
    end = change.oldStart + change.removed.length;
  }
  return groups;
}

function renderHunk(changes: readonly LineChange[], original: readonly Line[]): string {
  const [first] = changes;
  const last = changes.at(-1);
  if (first === undefined || last === undefined) return '';
  const from = Math.max(0, first.oldStart - CONTEXT_LINES);
  const to = Math.min(original.length, last.oldStart + last.removed.length + CONTEXT_LINES);
  const rows: { sign: ' ' | '-' | '+'; line: Line }[] = [];
  let at = from;
  for (const { oldStart, removed, added } of changes) {
    rows.push(...original.slice(at, oldStart).map((line) => ({ sign: ' ', line }) as const));
    rows.push(...withoutLastEmpty(removed).map((line) => ({ sign: '-', line }) as const));
    rows.push(...withoutLastEmpty(added).map((line) => ({ sign: '+', line }) as const));
    at = oldStart + removed.length;
  }
  rows.push(...original.slice(at, to).map((line) => ({ sign: ' ', line }) as const));
  const count = (other: string) => rows.filter(({ sign }) => sign !== other).length;
  const newFrom = from + first.newStart - first.oldStart;
  return `@@ -${range(from, count('+'))} +${range(newFrom, count('-'))} @@\n${rows.map(renderRow).join('')}`;
}

function range(from: number, count: number): string {
  return `${count === 0 ? from : from + 1},${count}`;
}

function renderRow({ sign, line: { text, end } }: { sign: string; line: Line }): string {
  return `${sign}${hideValue(text)}${end.endsWith('\n') ? end : `${end}\n\\ No newline at end of file\n`}`;
}

/** The empty text behind a final line feed is not a line to `diff`. */
function withoutLastEmpty(lines: readonly Line[]): readonly Line[] {
  const last = lines.at(-1);
  return last?.text === '' && last.end === '' ? lines.slice(0, -1) : lines;
}
