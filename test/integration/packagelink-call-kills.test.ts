// Nightly runs that are killed at a system call, SQLite's own among them, or one of whose calls fails; `npm run bench kills`
// does more of the first kind.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NIGHTS, disturbNights } from './packagelink-call-kills.ts';
import { howMany } from '../helpers/how-many.ts';

const COUNT = howMany({ few: 6, all: 24 });

for (const kind of Object.keys(NIGHTS) as (keyof typeof NIGHTS)[]) {
  for (const fault of ['SIGKILL', 'EIO', 'ENOSPC'] as const) {
    const how =
      fault === 'SIGKILL' ? `killed at ${COUNT} system calls` : `${fault} at ${COUNT} of SQLite's system calls`;
    test(`a run ${kind}, ${how}: old or new, and the next run ends it`, async (t) => {
      const { calls, ofDatabase, survived } = await disturbNights(kind, { seed: 20_261_129, count: COUNT, fault });
      t.diagnostic(`${COUNT} of ${calls} calls, ${ofDatabase} of them SQLite's, ${survived} without effect`);
      assert(survived <= COUNT / 2, 'hardly any run was disturbed');
      assert(ofDatabase > 0);
    });
  }
}
