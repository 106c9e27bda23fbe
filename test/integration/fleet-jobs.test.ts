// Jobs in both databases: made, planned, approved, leased and ended by hosts that check in.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { openJobLab } from '../../fleet/testing/job-lab.ts';
import { storeKinds } from '../helpers/stores.ts';

const kinds = storeKinds();
const cleanup = new AsyncDisposableStack();
after(() => cleanup.disposeAsync());

for (const { name, newPlace } of kinds) {
  test(`a job goes through its rings (${name})`, async () => {
    const place = await newPlace();
    const { hosts, begin, round, show } = await openJobLab(cleanup, { count: 10, place });
    const job = await begin({ rollout: { testFirst: 'name=h01', rings: [0.5, 1], budget: 2 } });
    assert.equal((await show(job)).state, 'running');
    await round(12);
    const { state, counts, rings } = await show(job);
    assert.deepEqual([state, counts], ['done', { done: 10 }]);
    assert.deepEqual(
      rings.map(({ ring, total }) => [ring, total]),
      [
        [0, 1],
        [1, 5],
        [2, 4],
      ],
    );
    assert.ok(hosts.every(({ begun, installed }) => begun.length === 1 && installed['openssl'] === '2'));
  });
}
