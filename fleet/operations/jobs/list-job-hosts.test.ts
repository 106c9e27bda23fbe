import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { listJobHosts } from '../../../contract/fleet/api/jobs.ts';
import { openJobLab } from '../../testing/job-lab.ts';

const cleanup = new AsyncDisposableStack();
after(() => cleanup.disposeAsync());

test('hosts that failed come first, then by ring; pages of any size have each host once', async () => {
  const { begin, call, hosts, round } = await openJobLab(cleanup, { count: 7 });
  const [failing, silent, refusing] = hosts;
  if (failing !== undefined) failing.end = () => ({ outcome: 'failed', text: 'no' });
  if (silent !== undefined) silent.end = () => ({ silent: true });
  if (refusing !== undefined) refusing.end = () => ({ outcome: 'refused', text: 'no' });
  const job = await begin({ rollout: { rings: [0.4, 1], budget: 100, failedShare: 1, answered: 0 } });
  await round(3);
  const all = await call(listJobHosts, { job, limit: 1000 });
  const states = all.hosts.map(({ state }) => state);
  assert.deepEqual(states, ['failed', 'refused', 'leased', 'done', 'done', 'done', 'done']);
  const ringsOfDone = all.hosts.slice(3).map(({ ring }) => ring);
  assert.deepEqual(
    ringsOfDone,
    ringsOfDone.toSorted((one, other) => one - other),
  );
  assert.deepEqual(new Set(all.hosts.map(({ ring }) => ring)), new Set([1, 2]));
  for (const limit of [1, 2, 3]) {
    const listed: unknown[] = [];
    for (let after: string | undefined = ''; after !== undefined;) {
      const page: { hosts: unknown[]; next?: string | undefined } = await call(listJobHosts, { job, limit, after });
      listed.push(...page.hosts);
      after = page.next;
    }
    assert.deepEqual(listed, all.hosts, `${limit} a page`);
  }
  const done = await call(listJobHosts, { job, state: 'done', limit: 2 });
  assert.deepEqual([done.total, done.hosts.length, done.next?.split(' ')[0]], [4, 2, 'done']);
});
