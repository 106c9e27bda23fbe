import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import pino from 'pino';
import { makeStateDirectory } from './open-state.ts';

const CASES = [
  { before: 0o755, after: 0o750 },
  { before: 0o700, after: 0o700 },
  { before: 0o777, after: 0o750 },
  // That of a server which is not the owner: it writes as a member of the group.
  { before: 0o1770, after: 0o1770 },
  { before: 0o1777, after: 0o1770 },
];

for (const { before, after } of CASES) {
  test(`a state directory of mode ${before.toString(8)} gets ${after.toString(8)}, without a word`, async () => {
    const dir = await mkdtemp(join(tmpdir(), 'gutinteg-state-'));
    try {
      await chmod(dir, before);
      const said: string[] = [];
      await makeStateDirectory(dir, pino({}, { write: (line: string) => void said.push(line) }));
      assert.equal((await stat(dir)).mode & 0o7777, after);
      assert.deepEqual(said, []);
    } finally {
      await rm(dir, { recursive: true });
    }
  });
}
