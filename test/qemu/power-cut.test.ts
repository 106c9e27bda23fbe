import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runPowerCuts } from './power-cut.ts';

const COUNT = 2;

test('power lost while tables are written, and at any time: installed in the end, and the data unharmed', async (t) => {
  const lines: string[] = [];
  const survived = await runPowerCuts({
    name: 'power-cut',
    // With it, the first one comes soon after the first write, the second one while files are laid down.
    seed: '81',
    count: COUNT,
    limitMs: 20 * 60_000,
    say: (line) => {
      lines.push(line);
      t.diagnostic(line);
    },
  });
  assert.equal(survived, COUNT, lines.join('\n'));
});
