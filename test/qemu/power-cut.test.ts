import assert from 'node:assert/strict';
import { test } from 'node:test';
import { howMany } from '../helpers/how-many.ts';
import { runPowerCuts } from './power-cut.ts';

/** One installation that is cut twice; in the long run many, each cut once. */
const COUNT = howMany({ few: 1, all: 10 });
const CUTS_EACH = howMany({ few: 2, all: 1 });

test('data survives an installation that describes all else anew, also when power is lost while tables or files are written, or at any time', async (t) => {
  const lines: string[] = [];
  const survived = await runPowerCuts({
    name: 'power-cut',
    // With it, the first one comes soon after the first write.
    seed: '131',
    count: COUNT,
    cutsEach: CUTS_EACH,
    limitMs: COUNT * 20 * 60_000,
    say: (line) => {
      lines.push(line);
      t.diagnostic(line);
    },
  });
  assert.equal(survived, COUNT, lines.join('\n'));
});
