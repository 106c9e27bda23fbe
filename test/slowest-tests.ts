// Which tests of a run took longest. In: events of node:test. Out: text. Never: judges; what is slow may be worth it.
import { join, relative } from 'node:path';

const root = join(import.meta.dirname, '..');

/** What a reporter's event says of one test. @see node:test, event 'test:pass' */
export type TimedTest = { readonly name: string; readonly seconds: number; readonly file: string };

/**
 * The `count` slowest, the slowest first, as lines for a person.
 *
 *       631.9 s  test/qemu/power-cut.test.ts  data survives an installation
 */
export function formatSlowest(tests: readonly TimedTest[], count: number): string {
  const slowest = tests.toSorted((left, right) => right.seconds - left.seconds).slice(0, count);
  const lines = slowest.map(
    ({ name, seconds, file }) => `${seconds.toFixed(1).padStart(7)} s  ${relative(root, file)}  ${name}`,
  );
  return `the ${slowest.length} slowest tests\n${lines.join('\n')}\n`;
}
