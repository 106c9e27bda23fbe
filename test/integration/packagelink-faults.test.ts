// Updates that are cut off or fail at any step; `npm run bench kills` does more of the first kind.
import { test } from 'node:test';
import { failUpdates, killUpdates } from './packagelink-updates.ts';
import { howMany } from '../helpers/how-many.ts';

const KILLS = howMany({ few: 16, all: 80 });

test(`killed at ${KILLS} seeded calls, an update leaves each path old or new, and the next run ends it`, async (t) => {
  const calls = await killUpdates({ seed: 20_261_125, count: KILLS });
  t.diagnostic(`${KILLS} kills, at ${calls} calls`);
});

for (const kind of ['EIO', 'ENOSPC'] as const) {
  test(`${kind} at each call: old or new, never in silence, and the next run ends it`, async (t) => {
    t.diagnostic(`${await failUpdates(kind)} calls`);
  });
}
