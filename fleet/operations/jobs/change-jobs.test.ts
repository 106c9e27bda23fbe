import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Role } from '../../../contract/fleet/operation.ts';
import { advanceJobs } from '../../jobs/advance-jobs.ts';
import { joinJobHost } from '../../testing/job-host.ts';
import { openTestFleet } from '../../testing/test-fleet.ts';
import { callOperation, findOperation } from '../call-operation.ts';

const cleanup = new AsyncDisposableStack();
after(() => cleanup.disposeAsync());
const { fleet, token } = await openTestFleet(cleanup);
const host = await joinJobHost(fleet, { name: 'web1', token, installed: { jq: '1.6' }, candidates: { jq: '1.7' } });

const call = (role: Role, name: string, input: object) =>
  callOperation(fleet, findOperation(name), { input, actor: { name: 'ann', role } });

const upgrade = { action: { do: 'upgrade' }, hosts: 'name=web1' } as const;
const stateOf = async (): Promise<unknown> => {
  const { state, approvedBy } = (await call('viewer', 'job', { job: 1 })) as { state: string; approvedBy: string };
  return [state, approvedBy];
};

test('only an approver makes a job that needs no other yes, and it begins when it is planned', async () => {
  await host.come();
  await host.come();
  await assert.rejects(
    call('operator', 'create-job', { ...upgrade, approval: 'given' }),
    /ann is operator, and cannot/,
  );
  assert.equal(await fleet.store.queries.selectFrom('jobs').selectAll().executeTakeFirst(), undefined);
  await call('approver', 'create-job', { ...upgrade, approval: 'given' });
  await advanceJobs(fleet);
  assert.deepEqual(await stateOf(), ['draft', '']);
  await call('operator', 'plan-job', { job: 1 });
  await host.come();
  await host.come();
  assert.deepEqual(await stateOf(), ['planned', '']);
  await advanceJobs(fleet);
  assert.deepEqual(await stateOf(), ['running', 'ann']);
});

test('all others wait for a yes', async () => {
  await call('operator', 'create-job', upgrade);
  await call('operator', 'plan-job', { job: 2 });
  await host.come();
  await host.come();
  await advanceJobs(fleet);
  const { state } = (await call('viewer', 'job', { job: 2 })) as { state: string };
  assert.match(state, /^plann/);
});
