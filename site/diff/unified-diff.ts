// The lines in which two texts differ. In: texts, a private directory. Out: hunks as diff(1) writes them. Never: leaves
// its files behind with a name that anything else reads.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunCommand } from '../../lib/run-command.ts';

/** The hunks of a unified diff, line by line, without the lines that name files; undefined for a text that is not there. */
export type DiffTexts = (before: string | undefined, after: string | undefined) => Promise<string[]>;

/** `dir` is private; two files in it are written over and over. */
export function createDiffer(run: RunCommand, dir: string): DiffTexts {
  const [old, current] = [join(dir, 'before'), join(dir, 'after')];
  return async (before, after) => {
    if (before === undefined || after === undefined) return wholeText(before, after);
    await writeFile(old, before, { mode: 0o600 });
    await writeFile(current, after, { mode: 0o600 });
    const { stdout } = await run(['diff', '--text', '--unified=3', '--', old, current], { okExitCodes: [0, 1] });
    // Two lines name the files.
    return stdout === '' ? [] : withoutEnd(stdout).split('\n').slice(2);
  };
}

function wholeText(before: string | undefined, after: string | undefined): string[] {
  const text = before ?? after ?? '';
  if (text === '') return [];
  const lines = withoutEnd(text).split('\n');
  const range = `1,${lines.length}`;
  const sign = before === undefined ? '+' : '-';
  return [
    before === undefined ? `@@ -0,0 +${range} @@` : `@@ -${range} +0,0 @@`,
    ...lines.map((line) => sign + line),
    ...(text.endsWith('\n') ? [] : ['\\ No newline at end of file']),
  ];
}

function withoutEnd(text: string): string {
  return text.replace(/\n$/, '');
}
