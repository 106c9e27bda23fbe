import assert from 'node:assert/strict';
import { after, suite, test } from 'node:test';
import { addAccount } from '../../contract/fleet/api/accounts.ts';
import { createLimitedLog } from '../../lib/limited-log.ts';
import { runCommand } from '../../lib/run-command.ts';
import { advanceJobs } from '../jobs/advance-jobs.ts';
import { callOperation, findOperation } from '../operations/call-operation.ts';
import { answerHost, createHostAnswerer } from '../servers/answer-host.ts';
import { joinJobHost } from '../testing/job-host.ts';
import { enrolmentOf, makeTestHost } from '../testing/simulated-host.ts';
import { openTestFleet } from '../testing/test-fleet.ts';
import { answerCall } from './answer-call.ts';
import { privileges } from './method.ts';
import type { Caller } from './method.ts';

const cleanup = new AsyncDisposableStack();
after(() => cleanup.disposeAsync());
const { fleet, token } = await openTestFleet(cleanup);
const log = createLimitedLog(fleet.log);
const host = makeTestHost('web1');
await answerHost(createHostAnswerer(fleet), enrolmentOf(host, token), undefined);

const callers = {
  anyone: { actor: { name: 'anyone', role: 'anyone' }, privilege: privileges.anonymous },
  agent: { actor: { name: 'anyone', role: 'anyone' }, privilege: privileges.agent, hostId: host.id },
  operator: { actor: { name: 'oli', role: 'operator' }, privilege: privileges.anonymous },
  admin: { actor: { name: 'ann', role: 'admin' }, privilege: privileges.admin },
} as const satisfies Record<string, Caller>;

await callOperation(fleet, findOperation(addAccount.name), {
  input: { name: 'ann', role: 'admin' },
  actor: callers.admin.actor,
});

async function call(who: keyof typeof callers, method: string, ...values: readonly string[]): Promise<string> {
  const params = values.map((value) => `<param><value>${value}</value></param>`).join('');
  const xml = `<methodCall><methodName>${method}</methodName><params>${params}</params></methodCall>`;
  const certificates = { directory: '/nonexistent', certificate: () => Promise.resolve('PEM'), run: runCommand };
  const answer = await answerCall({ fleet, certificates, caller: callers[who] }, Buffer.from(xml), log);
  const fault = /<int>(\d+)<\/int>.*<string>([^]*)<\/string>/.exec(/<fault>[^]*<\/fault>/.exec(answer)?.[0] ?? '');
  if (fault !== null) return `fault ${fault[1]}: ${fault[2]}`;
  return /<param><value>([^]*)<\/value><\/param>/.exec(answer)?.[1] ?? answer;
}

const packageOf = (name: string, version: string): string =>
  `<struct><member><name>name</name><value>${name}</value></member><member><name>version</name><value>${version}</value></member></struct>`;
const list = (...values: readonly string[]): string =>
  `<array><data>${values.map((value) => `<value>${value}</value>`).join('')}</data></array>`;

const refused: readonly (readonly [who: keyof typeof callers, call: readonly [string, ...string[]], fault: RegExp])[] =
  [
    ['admin', ['get_my_privileges'], /^fault 2: there is no method get_my_privileges/],
    ['admin', ['anon.constructor'], /^fault 2: /],
    ['admin', ['root.get_my_privileges'], /^fault 2: /],
    ['admin', ['anon.get_my_privileges.x'], /^fault 2: /],
    ['anyone', ['admin.get_account_ids'], /^fault 3: .* no token was shown/],
    ['operator', ['admin.get_account_ids'], /^fault 3: .* oli is operator/],
    ['agent', ['admin.get_account_ids'], /^fault 3: /],
    ['anyone', ['agent.get_tasks'], /^fault 3: .* no certificate of a host was shown/],
    ['anyone', ['anon.get_ca_certificate'], /^fault 4: this site has no authority/],
    ['anyone', ['anon.request_csr_signing', 'web2', 'PEM'], /^fault 4: this site has no authority/],
    ['anyone', ['anon.get_certificate', 'A'.repeat(22)], /^fault 5: there is no host A/],
    ['admin', ['agent.get_computer_id'], /^fault 5: whoever calls is no host/],
    ['admin', ['admin.get_computer_info', 'web9'], /^fault 5: there is no host web9/],
    ['admin', ['admin.get_current_packages', 'web9', '*'], /^fault 5: there is no host web9/],
    ['admin', ['admin.get_account', 'nobody'], /^fault 5: there is no account nobody/],
    ['admin', ['admin.delete_account', 'nobody'], /^fault 5: there is no account nobody/],
    ['admin', ['admin.set_privilege', 'nobody', '<int>512</int>'], /^fault 5: there is no account nobody/],
    ['admin', ['admin.set_privilege', 'nobody', '<int>256</int>'], /^fault 4: an agent is a host/],
    ['admin', ['admin.set_privilege', 'nobody', '<int>3</int>'], /^fault 6: admin.set_privilege: parameter 2: /],
    ['admin', ['admin.set_privilege', 'nobody'], /^fault 6: admin.set_privilege: /],
    ['admin', ['admin.get_csr', 'web1'], /^fault 4: requests are not kept/],
    ['admin', ['admin.get_repositories', 'web1', 'deb', '*'], /^fault 4: this server keeps no lists of repositories/],
    [
      'admin',
      ['admin.add_task', 'web1', 'explode', ''],
      /^fault 4: there is no task "explode": there are refresh, .*reboot/,
    ],
    ['admin', ['admin.add_task', 'web1', 'constructor', ''], /^fault 4: there is no task/],
    ['admin', ['admin.add_task', 'web1', 'install', ''], /^fault 6: the details of the task install are to be names/],
    ['admin', ['admin.add_task', 'web1', 'install', '-y'], /^fault 6: .*is no name of a package/],
    ['admin', ['admin.add_task', 'web9', 'install', 'nginx'], /^fault 5: there is no host web9/],
    ['admin', ['admin.add_task', 'web1', 'files', ''], /^fault 4: the details of the task files are to be the name/],
    ['agent', ['agent.set_repositories', list()], /^fault 4: this server keeps no lists/],
    ['agent', ['agent.get_table_checksum', 'tables'], /^fault 5: this host has not sent tables/],
    [
      'agent',
      ['agent.update_current_packages', list(packageOf('a', '1'))],
      /^fault 6: agent.update_current_packages: /,
    ],
    ['agent', ['agent.set_update_candidates', list('a')], /^fault 6: .*parameter 1.0: /],
    ['agent', ['agent.set_update_candidates', list(packageOf('a', '1'))], /^fault 4: create_computer comes first/],
    ['agent', ['agent.create_computer', 'web1', 'Plan 9', '4'], /^fault 6: nobody knows the packages of "plan 9"/],
  ];

suite('faults', () => {
  for (const [who, [method, ...params], fault] of refused) {
    test(`${who}: ${method} ${params.join(' ').slice(0, 40)}`, async () => {
      assert.match(await call(who, method, ...params), fault);
    });
  }
  test('no call at all', async () => {
    const certificates = { directory: '', certificate: () => Promise.reject(new Error('a secret')), run: runCommand };
    const context = { fleet, certificates, caller: callers.anyone };
    assert.match(await answerCall(context, Buffer.from('{}'), log), /<int>1<\/int>.*is not a call of XML-RPC/);
    const xml = '<methodCall><methodName>anon.get_server_certificate</methodName></methodCall>';
    assert.doesNotMatch(await answerCall(context, Buffer.from(xml), log), /a secret/);
  });
});

test('an agent reports, is asked to look again, and what it sends ends that', async () => {
  const packages = () => call('admin', 'admin.get_current_packages', 'web1', '');
  const update = (added: string, removed: string) => call('agent', 'agent.update_current_packages', added, removed);
  assert.equal(await call('agent', 'agent.create_computer', 'web1', 'Debian', '12'), `<string>${host.id}</string>`);
  assert.match(await call('agent', 'agent.create_computer', 'web1', 'Debian', '12'), /^fault 4: .*already/);
  await update(list(packageOf('bash', '5.2'), packageOf('curl', '7'), packageOf('curl', '7')), list());
  assert.deepEqual((await packages()).match(/(?:bash|curl|5\.2|\b7)(?=<)/g), ['bash', '5.2', 'curl', '7']);
  const checksum = await call('agent', 'agent.get_table_checksum', 'current_packages');
  assert.match(await call('admin', 'admin.add_task', 'web1', 'refresh', ''), /<int>\d+/);
  assert.match(await call('agent', 'agent.get_tasks'), /<string>refresh<\/string>/);
  await update(list(packageOf('curl', '8')), list('curl', 'absent'));
  assert.deepEqual((await packages()).match(/(?:bash|curl|5\.2|\b[78])(?=<)/g), ['bash', '5.2', 'curl', '8']);
  assert.notEqual(await call('agent', 'agent.get_table_checksum', 'current_packages'), checksum);
  assert.equal(await call('agent', 'agent.get_tasks'), list());
  const row = await fleet.store.queries.selectFrom('hosts').select('tasksOpen').executeTakeFirstOrThrow();
  assert.equal(row.tasksOpen, 0);
  assert.match(await call('admin', 'admin.get_computer_tasks', 'web1'), /refresh.*done/);
});

test('a task that changes a host is a job of it, which is approved by the call and says what became of it', async () => {
  const lists = { installed: { jq: '1.6', curl: '7' }, candidates: { jq: '1.7' } };
  const worker = await joinJobHost(fleet, { name: 'worker', token, ...lists });
  await worker.come();
  await worker.come();
  const tasks = () => call('admin', 'admin.get_computer_tasks', 'worker');
  const added = await call('admin', 'admin.add_task', 'worker', 'upgrade', 'jq');
  assert.match(added, /^<string>job-\d+<\/string>$/);
  assert.match(await tasks(), /job-\d+.*upgrade jq.*waiting/s);
  const work = async (): Promise<void> => {
    for (let times = 0; times < 5; times += 1) {
      await worker.come();
      await advanceJobs(fleet);
    }
  };
  await work();
  assert.deepEqual(worker.installed, { jq: '1.7', curl: '7' });
  assert.match(await tasks(), /job-\d+.*upgrade jq.*done/s);
  await call('admin', 'admin.add_task', worker.id, 'remove', list('jq', 'curl'));
  await work();
  assert.deepEqual(worker.installed, {});
});

test('candidates are set whole, changed, and wiped', async () => {
  const candidates = () => call('admin', 'admin.get_update_candidates', 'web1', 'b*');
  await call('agent', 'agent.set_update_candidates', list(packageOf('bash', '5.3'), packageOf('curl', '9')));
  await call('agent', 'agent.set_update_candidates', list(packageOf('bash', '5.3'), packageOf('vim', '9')));
  await call('agent', 'agent.update_update_candidates', list(packageOf('bind', '9')), list('vim'));
  assert.deepEqual((await candidates()).match(/(?:bash|bind|vim|curl)(?=<)/g), ['bash', 'bind']);
  assert.match(await call('admin', 'admin.get_computer_info', ''), /web1.*debian.*outdated/);
  assert.equal(await call('agent', 'agent.wipe_update_candidates'), '<boolean>1</boolean>');
  assert.match(await candidates(), /^fault 4: web1 has not reported/);
  assert.match(await call('agent', 'agent.get_table_checksum', 'update_candidates'), /^fault 5: /);
});
