import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { makeLedger, readLedger, writeLedger } from './ledger.ts';

const HOST = 'A'.repeat(22);
const ledger = (putDown: number) => ({
  host: HOST,
  token: `${putDown}.${'t'.repeat(22)}`,
  nonce: null,
  putDown,
  messagesMade: 0,
  failures: 0,
});

test('a ledger that was not written to its end is what it was before', (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'ledger-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const path = join(directory, 'ledger');
  assert.equal(readLedger(path), undefined);
  makeLedger(path, HOST);
  for (const count of [1, 2, 3]) writeLedger(path, ledger(count));
  const before = readFileSync(path);
  writeLedger(path, ledger(4));
  const after = readFileSync(path);
  assert.equal(after.length, before.length);
  // The first bytes of the write have reached the disk, the others have not.
  fc.assert(
    fc.property(fc.nat(before.length), (cut) => {
      writeFileSync(path, Buffer.concat([after.subarray(0, cut), before.subarray(cut)]));
      assert.ok([3, 4].includes(readLedger(path)?.putDown ?? -1));
    }),
  );
  writeFileSync(path, Buffer.alloc(before.length));
  assert.throws(() => readLedger(path), /is damaged/);
});
