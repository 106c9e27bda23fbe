import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { sql } from 'kysely';
import { openStore } from '../store/open-store.ts';
import type { Store } from '../store/open-store.ts';
import { appendAudit } from './append-audit.ts';
import { canonicalJson } from './audit-entry.ts';
import { verifyAudit } from './verify-audit.ts';

const directory = mkdtempSync(join(tmpdir(), 'gutinteg-audit-'));
after(() => rmSync(directory, { recursive: true }));
let stores = 0;

async function withFiveEntries(work: (store: Store) => Promise<void>): Promise<void> {
  const store = await openStore({ file: join(directory, `${(stores += 1)}.db`) });
  try {
    for (let each = 1; each <= 5; each += 1) {
      const entry = { at: each, actor: 'ann', action: 'rename-host', subject: `host${each}`, details: { name: 'x' } };
      await store.transaction((transaction) => appendAudit(store, transaction, entry));
    }
    await work(store);
  } finally {
    await store.close();
  }
}

test('a log that nobody touched is sound, and its end can be noted down', async () => {
  await withFiveEntries(async ({ queries }) => {
    const verdict = await verifyAudit(queries);
    assert.deepEqual([verdict.isSound, verdict.fault, verdict.entries], [true, '', 5]);
    assert.equal((await verifyAudit(queries, verdict.head)).isSound, true);
    const other = await verifyAudit(queries, { seq: 3, hash: 'f'.repeat(64) });
    assert.equal(other.fault, 'entry 3 is not the one that was noted down');
  });
});

const damages: readonly (readonly [what: string, statement: string, fault: string])[] = [
  ['changed', "update audit set subject = 'other' where seq = 3", 'entry 3 was changed'],
  ['changed in its details', "update audit set detailsJson = '{}' where seq = 2", 'entry 2 was changed'],
  ['taken away', 'delete from audit where seq = 3', 'entry 3 was taken away'],
  ['taken away at the beginning', 'delete from audit where seq < 3', 'entries 1 to 2 were taken away'],
  ['taken away at the end', 'delete from audit where seq > 3', 'entries 4 to 5, the newest ones, were taken away'],
  [
    'swapped',
    'update audit set seq = case seq when 2 then -3 else -2 end where seq in (2, 3); update audit set seq = -seq where seq < 0',
    'entry 2 was changed',
  ],
  [
    'added',
    "insert into audit select 6, at, actor, action, subject, detailsJson, hash, '00' from audit where seq = 5",
    'entry 6 was changed',
  ],
];

for (const [what, statement, fault] of damages) {
  test(`an entry that was ${what} is found`, () =>
    withFiveEntries(async ({ queries }) => {
      for (const one of statement.split('; ')) await sql.raw(one).execute(queries);
      assert.equal((await verifyAudit(queries)).fault, fault);
    }));
}

test('canonical JSON does not depend on the order of keys', () => {
  assert.equal(canonicalJson({ b: [{ d: 1, c: null }], a: 'x' }), canonicalJson({ a: 'x', b: [{ c: null, d: 1 }] }));
  assert.equal(canonicalJson({ b: 1, a: 2 }), '{"a":2,"b":1}');
});
