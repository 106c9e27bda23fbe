import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ensureHostKey, renewHostKey } from './host-key.ts';
import { readLedger } from './ledger.ts';
import { openState } from './open-state.ts';

for (const file of ['key', 'ledger'] as const) {
  test(`a new key is the way out of a damaged ${file}, as the error says`, () => {
    const directory = mkdtempSync(join(tmpdir(), 'host-key-'));
    try {
      const paths = openState(directory);
      const former = ensureHostKey(paths);
      writeFileSync(paths[file], 'x');
      assert.throws(() => ensureHostKey(paths), { hint: /gutinteg-fleet enrol --new-key/ });
      renewHostKey(paths);
      const { id } = ensureHostKey(paths);
      assert.notEqual(id, former.id);
      assert.equal(readLedger(paths.ledger)?.host, id);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
}
