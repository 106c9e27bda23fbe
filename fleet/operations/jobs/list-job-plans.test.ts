import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createJob, listJobPlans, planJob } from '../../../contract/fleet/api/jobs.ts';
import type { OutputOf } from '../../../contract/fleet/operation.ts';
import { joinJobHost } from '../../testing/job-host.ts';
import { openTestFleet } from '../../testing/test-fleet.ts';
import { callOperation, findOperation } from '../call-operation.ts';

const cleanup = new AsyncDisposableStack();
after(() => cleanup.disposeAsync());
const { fleet, token } = await openTestFleet(cleanup);
const actor = { name: 'ann', role: 'admin' } as const;
const call = (name: string, input: unknown) => callOperation(fleet, findOperation(name), { input, actor });

test('each plan is on one page, with the name of the host that simulates', async () => {
  for (const jq of ['1.4', '1.5', '1.6']) {
    const lists = { installed: { jq }, candidates: { jq: '1.7' } };
    const host = await joinJobHost(fleet, { name: `web-${jq.replace('.', '-')}`, token, ...lists });
    await host.come();
    await host.come();
    if (jq === '1.6') {
      const action = { do: 'upgrade' } as const;
      const { job } = (await call(createJob.name, { action, hosts: 'name~*' })) as { job: number };
      await call(planJob.name, { job });
      await host.come();
    }
  }
  const page = async (more: object) =>
    (await call(listJobPlans.name, { job: 1, limit: 2, ...more })) as OutputOf<typeof listJobPlans>;
  const first = await page({});
  const second = await page({ after: first.next });
  assert.deepEqual([first.total, first.plans.length, second.plans.length, second.next], [3, 2, 1, undefined]);
  const asked = [...first.plans, ...second.plans].filter(({ state }) => state !== 'waiting');
  assert.deepEqual(
    asked.map(({ askedOf, hosts }) => [askedOf, hosts]),
    [['web-1-6', 1]],
  );
  await assert.rejects(page({ after: 'x' }), /is none that an answer gave/);
  await assert.rejects(call(listJobPlans.name, { job: 9 }), /there is no job 9/);
});
