// Several servers append to one audit log at the same time: entries are in order, and none is lost, in either database.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { appendAudit } from '../../fleet/audit/append-audit.ts';
import { verifyAudit } from '../../fleet/audit/verify-audit.ts';
import { openStore } from '../../fleet/store/open-store.ts';
import type { Store } from '../../fleet/store/open-store.ts';
import { storeKinds } from '../helpers/stores.ts';

const EACH = 30;

for (const { name, newPlace } of storeKinds()) {
  test(`two servers append at once, and verify meanwhile (${name})`, async () => {
    await using cleanup = new AsyncDisposableStack();
    const place = await newPlace();
    const open = async (): Promise<Store> => {
      const store = await openStore(place);
      cleanup.defer(() => store.close());
      return store;
    };
    const first = await open();
    // SQLite has one server.
    const second = name === 'SQLite' ? first : await open();
    const append = (store: Store, actor: string, at: number): Promise<void> =>
      store.transaction((transaction) => appendAudit(store, transaction, { at, actor, action: 'test', subject: '' }));
    const numbers = Array.from({ length: EACH }, (_, index) => index);
    const appended = Promise.all(numbers.flatMap((at) => [append(first, 'first', at), append(second, 'second', at)]));
    assert.equal((await verifyAudit(second.queries)).fault, '');
    await appended;
    const { fault, entries } = await verifyAudit(first.queries);
    assert.deepEqual([fault, entries], ['', 2 * EACH]);
  });
}
