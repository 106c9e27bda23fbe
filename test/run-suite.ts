// One suite of tests, run by node:test. In: files. Out: what it said, and a tally. Never: sets an exit code.
import { join } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import type { TimedTest } from './slowest-tests.ts';

const root = join(import.meta.dirname, '..');

/** Of all suites of a run; added to by each. */
export type Tally = { passed: number; failed: number; skipped: number; readonly timed: TimedTest[] };

export function newTally(): Tally {
  return { passed: 0, failed: 0, skipped: 0, timed: [] };
}

export type Suite = { readonly title: string; readonly concurrency: number } & (
  | { readonly files: string[] }
  | { readonly globPatterns: string[] }
);

/** Runs a suite; what it says goes to `print`. */
export async function runSuite({ title, ...suite }: Suite, tally: Tally, print = printNow): Promise<void> {
  const started = performance.now();
  print(`\n== ${title}\n`);
  const stream = run({ ...suite, cwd: root });
  stream.on('test:pass', (event) => {
    if (event.details.type === 'suite') return;
    if (event.skip !== undefined || event.todo !== undefined) tally.skipped += 1;
    else tally.passed += 1;
    tally.timed.push(timed(event));
  });
  stream.on('test:fail', (event) => {
    if (event.details.type === 'suite') return;
    tally.failed += 1;
    tally.timed.push(timed(event));
  });
  for await (const text of stream.compose(new spec())) print(String(text));
  print(`${title}: ${((performance.now() - started) / 1000).toFixed(0)} s\n`);
}

type Ended = { readonly name: string; readonly file?: string; readonly details: { readonly duration_ms: number } };

function timed({ name, file = '', details }: Ended): TimedTest {
  return { name, seconds: details.duration_ms / 1000, file };
}

export function printNow(text: string): void {
  process.stdout.write(text);
}
