import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { addAccount, setRole } from '../../../contract/fleet/api/accounts.ts';
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

await call('admin', addAccount.name, { name: 'ann', role: 'approver' });

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
  await call('admin', setRole.name, { name: 'ann', role: 'operator' });
  await advanceJobs(fleet);
  assert.deepEqual(await stateOf(), ['planned', '']);
  const { reason } = (await call('viewer', 'job', { job: 1 })) as { reason: string };
  assert.equal(reason, 'it waits for a person: ann, who made it, may not approve any more');
  await call('admin', setRole.name, { name: 'ann', role: 'approver' });
  await advanceJobs(fleet);
  assert.deepEqual(await stateOf(), ['running', 'ann']);
});

test('nor does an operator by a schedule, whatever the jobs of it say of themselves', async () => {
  const spec = { ...upgrade, approval: 'given' };
  const schedule = { name: 'nightly', cron: '0 2 * * *', zone: 'UTC', spec };
  await assert.rejects(
    call('operator', 'save-schedule', schedule),
    /needs the role approver; ann is operator; nothing/,
  );
  await call('approver', 'save-schedule', schedule);
});

test('nor by letting such a schedule go on, unless it was paused by that operator', async () => {
  const control = (name: string, role: Role, command: string) =>
    callOperation(fleet, findOperation('control-schedule'), {
      input: { name: 'nightly', command },
      actor: { name, role },
    });
  await control('olga', 'operator', 'pause');
  await control('olga', 'operator', 'resume');
  await control('ann', 'approver', 'pause');
  await assert.rejects(control('olga', 'operator', 'resume'), /ann has paused it; olga is operator; nothing was/);
  await control('bea', 'approver', 'resume');
});

test('all others wait for a yes', async () => {
  for (let times = 0; times < 4; times += 1) await host.come();
  assert.deepEqual(await stateOf(), ['done', 'ann']);
  host.candidates = { jq: '1.8' };
  await host.come();
  await call('operator', 'create-job', upgrade);
  await call('operator', 'plan-job', { job: 2 });
  await host.come();
  await host.come();
  await advanceJobs(fleet);
  const { state } = (await call('viewer', 'job', { job: 2 })) as { state: string };
  assert.equal(state, 'planned');
});

test('one host of a job is found among all', async () => {
  const find = (of: object) =>
    call('viewer', 'job-hosts', { job: 2, ...of }) as Promise<{ total: number; hosts: object[] }>;
  assert.equal((await find({ host: 'WEB1' })).total, 1);
  assert.equal((await find({ host: host.id, state: 'waiting' })).hosts.length, 1);
  assert.equal((await find({ host: host.id, state: 'done' })).total, 0);
  await assert.rejects(find({ host: 'web2' }), /there is no host web2/);
});

test('a job for nobody says whether the hosts or the package are missing', async () => {
  const action = { do: 'install', packages: [{ name: 'jq' }] };
  const make = (more: object) => call('operator', 'create-job', { action, hosts: 'name~*', ...more });
  await assert.rejects(make({ only: 'without' }), /none of the hosts of name~\* \(1\) is without jq; no job was made/);
  await assert.rejects(make({ action: { ...action, packages: [{ name: 'vim' }] }, only: 'with' }), /has vim/);
  await assert.rejects(make({ hosts: 'site=nowhere' }), /no host fits site=nowhere/);
});
