// 500 simulated hosts and a real server: what the hosts counted is what the store has, nothing is lost and nothing counted twice. And the
// command, with a server of its own and with one that exists.
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { addToken, addAccount } from '../../contract/fleet/api/accounts.ts';
import { addAdmission, listAdmissions } from '../../contract/fleet/api/admissions.ts';
import { listJobHosts, showJob } from '../../contract/fleet/api/jobs.ts';
import { listHosts } from '../../contract/fleet/api/hosts.ts';
import { askHost, showTask } from '../../contract/fleet/api/tasks.ts';
import { connectToFleet } from '../../fleet/api/api-client.ts';
import { decideFate } from '../../fleet/simulate/decide-fate.ts';
import { startOwnServer } from '../../fleet/simulate/own-server.ts';
import { quietBehaviour } from '../../fleet/simulate/plan-reaction.ts';
import { createPopulation } from '../../fleet/simulate/population.ts';
import type { Population } from '../../fleet/simulate/population.ts';
import { runJob } from '../../fleet/simulate/run-job.ts';
import { comeBack, liveOn, openSimulation, reportFirst, spreadHosts } from '../../fleet/simulate/simulate.ts';
import type { SimulationResult } from '../../fleet/simulate/run-simulation.ts';
import { openStore } from '../../fleet/store/open-store.ts';
import { runCommand } from '../../lib/run-command.ts';

const HOSTS = 500;
const LISTS = 60;
const GUTINTEG = join(import.meta.dirname, '../../bin/gutinteg.ts');
const NODE = [process.execPath, '--disable-warning=ExperimentalWarning'] as const;
const { signal } = new AbortController();

const cleanup = new AsyncDisposableStack();
after(() => cleanup.disposeAsync());
const stateDir = mkdtempSync(join(tmpdir(), 'gutinteg-fleet-simulate-'));
cleanup.defer(() => rmSync(stateDir, { recursive: true }));
const server = await startOwnServer({ program: [...NODE, GUTINTEG, 'fleet', 'serve'], stateDir });
cleanup.defer(server.stop);
const client = connectToFleet({ stateDir });

const openFor = (population: Population, changes: number, fates = {}) =>
  openSimulation({
    population,
    servers: [server],
    admission: server.admission,
    behaviour: { ...quietBehaviour, changes, describes: true, ...fates },
    orderKey: server.orderKey,
    shared: 20,
  });

async function readHosts(population: Population) {
  const store = await openStore({ file: join(stateDir, 'fleet', 'fleet.db') });
  const rows = await store.queries
    .selectFrom('hosts')
    .select(['id', 'name', 'state', 'tokenIssued', 'installedDigest', 'announcedInstalled', 'factsDigest'])
    .where('name', 'like', `${population.nameOf(0).slice(0, 12)}%`)
    .execute();
  const events = await store.queries.selectFrom('hostEvents').select('text').execute();
  await store.close();
  return { rows, events };
}

test('the counts of 500 hosts and of their server agree', async () => {
  const population = createPopulation({ hosts: HOSTS, lists: LISTS });
  using simulation = openFor(population, 0.2);
  const all = Array.from({ length: HOSTS }, (_, host) => host);
  const first = await reportFirst(simulation, { hosts: all, atOnce: 16, signal });
  assert.deepEqual([first.errors, first.enrolled, first.reported, first.lost], [[], HOSTS, HOSTS, 0]);
  assert.equal(first.documents['facts'], HOSTS);
  const { task } = await client.ask(askHost, { host: population.nameOf(7), task: { kind: 'refresh' } });
  const back = await comeBack(simulation, { withinSeconds: 3, atMostSeconds: 60, atOnce: 200, signal });
  assert.deepEqual([back.errors, back.reported, back.messages], [[], HOSTS, 1]);
  const { state } = await client.ask(showTask, { id: task });
  assert.equal(state, 'done');
  const steady = await liveOn(simulation, { seconds: 2, intervalSeconds: 10, atOnce: 200, signal });
  assert.deepEqual(steady.errors, []);
  assert.ok(steady.checkIns > 0 && (back.documents['installed, a difference'] ?? 0) > 0);

  const { rows, events } = await readHosts(population);
  assert.deepEqual([rows.length, events.length], [HOSTS, HOSTS], 'one event for each host: it was let in');
  const stored = new Map(rows.map((row) => [row.id, row]));
  let exchanges = 0;
  for (const host of all) {
    const row = stored.get(population.idOf(host));
    assert.equal(row?.state, 'enrolled');
    // The first token has the number 1, and each exchange gives the next one.
    assert.equal(row.tokenIssued - 1, population.answeredOf(host), population.nameOf(host));
    const digests = simulation.documents.digestsOf(host);
    assert.deepEqual([row.installedDigest, row.factsDigest], [digests.installed, digests.facts]);
    exchanges += population.answeredOf(host);
  }
  assert.equal(exchanges, first.checkIns + back.checkIns + steady.checkIns);
});

test('under a job of which every fourth host breaks, hosts and server count the same, and it halts within its bound', async () => {
  const budget = 3;
  const population = createPopulation({ hosts: 60, lists: 6 });
  const fates = { failing: 0.25, silent: 0, takesSeconds: 1 };
  using simulation = openFor(population, 0, fates);
  const hosts = Array.from({ length: population.size }, (_, host) => host);
  await reportFirst(simulation, { hosts, atOnce: 16, signal });
  const living = { intervalSeconds: 2, queue: spreadHosts(simulation, 2), atOnce: 200 };
  const ended = new AbortController();
  const own = `name~${population.nameOf(0).slice(0, -6)}*`;
  const rollout = { rings: [1], budget, failedShare: 1 };
  const running = runJob(
    client,
    { action: { do: 'upgrade' }, hosts: own, rollout },
    AbortSignal.timeout(60_000),
  ).finally(() => ended.abort());
  const under = await liveOn(simulation, { ...living, seconds: 90, signal: ended.signal });
  const { job, state, reason } = await running;
  assert.deepEqual([state, reason], ['halted', '3 failed, and its budget is 3']);
  // What was out when it halted comes to its end.
  const after = await liveOn(simulation, { ...living, seconds: 5, signal });
  assert.deepEqual([...under.errors, ...after.errors], []);
  const { counts } = await client.ask(showJob, { job });
  const counted = (what: string): number => (under.orders[what] ?? 0) + (after.orders[what] ?? 0);
  assert.deepEqual([counts.failed, counts.done, counts.leased], [counted('failed'), counted('done'), undefined]);
  assert.equal(counted('begun'), counted('failed') + counted('done'));
  assert.ok(counted('failed') <= 2 * budget && counted('done') > 0, JSON.stringify(counts));
  const broken = hosts.filter((host) => decideFate(host, fates) === 'failed');
  const { hosts: failed } = await client.ask(listJobHosts, { job, state: 'failed' });
  for (const { host } of failed)
    assert.ok(
      broken.some((number) => population.nameOf(number) === host),
      host,
    );
  const { rows } = await readHosts(population);
  const stored = new Map(rows.map((row) => [row.id, row]));
  for (const host of hosts) {
    const { installed } = simulation.documents.digestsOf(host);
    assert.equal(stored.get(population.idOf(host))?.installedDigest, installed, population.nameOf(host));
  }
});

test('a server that is away is told in words, and the same exchange is done later, once', async () => {
  const population = createPopulation({ hosts: 3, lists: 1 });
  using simulation = openFor(population, 0);
  await reportFirst(simulation, { hosts: [0, 1, 2], atOnce: 3, signal });
  using away = openSimulation({
    population,
    servers: [{ url: 'https://127.0.0.1:1', certificate: server.certificate }],
    admission: '',
    behaviour: quietBehaviour,
  });
  const failed = await liveOn(away, { seconds: 0.5, intervalSeconds: 0.4, atOnce: 3, signal });
  assert.equal(failed.errors[0]?.what, 'nobody listens at the port of the server');
  const nonce = population.nonceOf(1);
  await comeBack(simulation, { withinSeconds: 0, atMostSeconds: 20, atOnce: 3, signal });
  const { rows } = await readHosts(population);
  assert.deepEqual(
    rows.map(({ state, tokenIssued }) => [state, tokenIssued]),
    [0, 1, 2].map(() => ['enrolled', 3]),
  );
  assert.notEqual(population.nonceOf(1), nonce);
});

const simulate = (...words: string[]) =>
  runCommand([...NODE, GUTINTEG, 'fleet', 'simulate', ...words], {
    okExitCodes: [0, 2],
    env: { GUTINTEG_FLEET_TOKEN: '' },
  });
test('the command makes a job, and says how it ended and who was silent', async () => {
  const words = ['8', '--lists', '2', '--minutes', '0.02', '--interval', '1', '--job', '1', '--takes', '1'];
  const { exitCode, stdout } = await simulate(...words);
  assert.equal(exitCode, 0, stdout);
  assert.match(
    stdout,
    /then a job \(upgrade\) was for all 8 of them[^]*is done after[^]*hosts: 8 done; its budget is 1/,
  );
  assert.match(stdout, /orders, as the hosts counted them: .*8 begun, 8 done/);
});

const leftovers = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith('gutinteg-simulate-'));

test('the command starts a server of its own, says what was counted, and leaves nothing', async () => {
  const { exitCode, stdout, stderr } = await simulate('12', '--minutes', '0.03', '--interval', '1', '--json');
  assert.equal(exitCode, 0, stderr);
  const { hosts, first, steady, isSound } = JSON.parse(stdout) as SimulationResult;
  assert.deepEqual([hosts, first.reported, isSound], [12, 12, true]);
  assert.ok(steady.checkIns >= 12 && (first.server?.peakBytes ?? 0) > 0);
  assert.deepEqual(leftovers(), []);
});

test('a server that exists asks for a word that is good once, and is cleaned afterwards', async () => {
  await client.ask(addAccount, { name: 'ann', role: 'approver' });
  const { token } = await client.ask(addToken, { user: 'ann', label: 'test', role: 'approver' });
  const files = { token: join(stateDir, 'token'), certificate: join(stateDir, 'certificate.pem') };
  writeFileSync(files.token, token, { mode: 0o600 });
  writeFileSync(files.certificate, server.certificate);
  const at = ['--server', server.url, '--token-file', files.token, '--certificate', files.certificate];
  const words = ['5', '--minutes', '0.01', ...at];
  await simulate('--clean', ...at);
  const asked = await simulate(...words);
  assert.equal(asked.exitCode, 2);
  assert.match(asked.stderr, /adds 5 simulated hosts to the 0 of https.*nothing was done/);
  const word = /--yes (\w+),/.exec(asked.stderr)?.[1] ?? '';
  const done = await simulate(...words, '--yes', word);
  assert.equal(done.exitCode, 0, done.stderr);
  assert.match(done.stdout, /5 of 5 hosts.*enrolled and reported[^]*no errors/);
  const again = await simulate(...words, '--yes', word);
  assert.deepEqual([again.exitCode, /is not the word/.test(again.stderr)], [2, true]);
  const { tokens } = await client.ask(listAdmissions, {});
  assert.equal(tokens.length, 1, 'the token of the run was taken back');
  // Somebody's host whose name only looks like one.
  const real = await client.ask(addAdmission, { kind: 'once' });
  const own = createPopulation({ hosts: 1, lists: 1 });
  using simulation = openSimulation({
    population: own,
    servers: [server],
    admission: real.token,
    behaviour: quietBehaviour,
  });
  await reportFirst(simulation, { hosts: [0], atOnce: 1, signal });
  assert.match((await simulate('--clean', ...at)).stdout, /^5 simulated hosts were taken out/);
  const left = await client.ask(listHosts, {});
  assert.deepEqual(
    left.hosts.map(({ name }) => name),
    [own.nameOf(0)],
  );
});

for (const [why, words] of [
  ['no number', []],
  ['too many hosts', ['2000000']],
  ['a number to clean', ['5', '--clean', '--server', 'https://127.0.0.1:1']],
  ['a server without HTTPS', ['5', '--server', 'http://127.0.0.1:1']],
  ['no time at all', ['5', '--minutes', '0']],
  ['more than all of them', ['5', '--failing', '101']],
  ['a job on a server that exists', ['5', '--job', '1', '--server', 'https://127.0.0.1:1']],
] as const) {
  test(`${why} is refused with exit code 2`, async () => {
    const { exitCode, stderr } = await simulate(...words);
    assert.equal(exitCode, 2, stderr);
  });
}
