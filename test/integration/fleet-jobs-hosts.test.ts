// Jobs on thirty hosts with dpkg and five with rpm, by the commands that people type: real repositories, the server's own process,
// gutinteg-fleet from its real package with its executor. Each script of a package notes that it has run.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, test } from 'node:test';
import { inTurns } from '../../lib/in-turns.ts';
import { waitUntil } from '../helpers/order-processes.ts';
import { buildDeb } from '../helpers/package-hosts/deb-package.ts';
import { buildRpm } from '../helpers/package-hosts/rpm-package.ts';
import { numbered } from './fleet-hosts-lab.ts';
import { countedDeb, countedRpm, makeJobsLab } from './fleet-jobs-lab.ts';
import type { JobsLab } from './fleet-jobs-lab.ts';
import { makeExtraSources } from './fleet-jobs-sources.ts';

const stack = new AsyncDisposableStack();
after(() => stack.disposeAsync());
let lab: JobsLab;

const [WEB, DATABASE, RPM] = [numbered('web', 20), numbered('db', 10), numbered('rpm', 5)];
const ALL = [...WEB, ...DATABASE, ...RPM];

before(async () => {
  lab = await makeJobsLab(stack, {
    dpkg: [...WEB, ...DATABASE],
    rpm: RPM,
    debs: ['lab-app', 'lab-tool'].map((name) => countedDeb(name, '1')),
    rpms: ['lab-app', 'lab-tool'].map((name) => countedRpm(name, '1')),
    install: ['lab-app'],
  });
});

test('one job installs on hosts of both systems: a test host, then rings, and one that is away is waited for', async () => {
  const words = ['install', 'lab-tool', '--all', '--test-first', 'web01', '--rings', '10,100', '--budget', '5'];
  const [job, plan] = await lab.approved(words, 'web01', 'rpm01');
  assert.match(plan, /^Changes:\n {2}lab-tool {2}new, 1 {4}30 hosts\n {2}lab-tool {2}new, 1-1 {2}5 hosts\n/m);
  assert.match(plan, /^ {4}test hosts: 1 host\n {4}ring 1: 4 hosts\n {4}ring 2: 30 hosts\n/m);
  await lab.work(['web02']);
  assert.match((await lab.hostStates(job))['web02'] ?? '', /^waiting: /);
  await lab.work(['web01']);
  assert.deepEqual((await lab.show(job)).counts, { done: 1, waiting: 34 });
  const [first, second] = [await lab.hostsOfRing(job, 1), await lab.hostsOfRing(job, 2)];
  await lab.work(second.slice(0, 2));
  assert.deepEqual((await lab.show(job)).counts, { done: 1, waiting: 34 });
  await lab.work(first);
  const away = second.at(-1) ?? assert.fail('nobody is in the second ring');
  await lab.work(second.filter((name) => name !== away));
  assert.deepEqual((await lab.show(job)).counts, { done: 34, waiting: 1 });
  const shown = await lab.asked(['job', `${job}`]);
  assert.match(shown, /^ {2}now: {6}34 done, 1 waiting$/m);
  assert.match(shown, /^ {4}ring 1: 4 hosts; 4 done\n {4}ring 2: 30 hosts; 29 done, 1 waiting\n/m);
  assert.match((await lab.hostStates(job))[away] ?? '', /^waiting: its check-in, which is due at /);
  await lab.work([away]);
  assert.equal(await lab.asked(['wait', `${job}`]), `job ${job} is done: 35 done\n`);
  for (const name of ALL) assert.deepEqual(await lab.runsOn(name), ['lab-app 1', 'lab-tool 1'], name);
});

test('a host is done when its list says so, and not when it says so', async () => {
  const words = ['remove', 'lab-tool', '--host', 'web05', '--host', 'rpm02', '--rings', '100', '--budget', '2'];
  const [job] = await lab.approved(words, 'web05', 'rpm02');
  await lab.begin('web05');
  await lab.host('web05').run(['apt-get', '-qq', '-y', 'install', 'lab-tool']);
  assert.match((await lab.hostStates(job))['web05'] ?? '', /^leased: /);
  await lab.host('web05').checkIn();
  await lab.work(['rpm02']);
  const fault = 'it says done, but its list still has lab-tool 1';
  assert.deepEqual(await lab.hostStates(job), { rpm02: 'done: ', web05: `failed: ${fault}` });
  const waited = await lab.asked(['wait', `${job}`]);
  assert.match(waited, /^job \d+ is done: 1 done, 1 failed\nNOT AS WANTED:\n {2}web05 failed, .* ago: it says done/);
  assert.match(waited, /exit code 3\n$/);
});

test('a bad update halts at its budget: exactly so many hosts have it', async () => {
  await lab.debRepository.publish({ suite: 'stable', packages: [countedDeb('lab-app', '2', 'exit 1')] });
  const databases = ['--class', 'name~db*', '--rings', '100'];
  const [update] = await lab.approved(['update', ...databases, '--budget', '4']);
  await lab.work(DATABASE);
  assert.deepEqual((await lab.show(update)).counts, { done: 10 });
  const [job] = await lab.approved(['upgrade', 'lab-app', ...databases, '--budget', '2'], 'db01');
  for (const name of DATABASE) await lab.host(name).checkIn();
  assert.deepEqual((await lab.show(job)).counts, { leased: 2, waiting: 8 });
  const leased = await lab.hostsIn(job, 'leased');
  for (const name of DATABASE) await lab.host(name).agent(['run-orders']);
  // First those with bad news: an end that came between the two would give the third its turn.
  for (const name of [...leased, ...DATABASE]) await lab.host(name).checkIn();
  const { state, counts } = await lab.show(job);
  assert.deepEqual([state, counts], ['halted', { failed: 2, waiting: 8 }]);
  const hit: string[] = [];
  for (const name of DATABASE) if ((await lab.runsOn(name)).includes('lab-app 2')) hit.push(name);
  assert.deepEqual(hit.toSorted(), leased.toSorted());
  assert.match(await lab.asked(['job', `${job}`]), /^ {2}state: {4}halted: 2 failed, and its budget is 2$/m);
  assert.match(await lab.asked(['jobs']), /^\d+ +halted +10 +0 +0 +2 .*upgrade lab-app$/m);
  const [host = ''] = leased;
  const why = /lab-app is half-configured; dpkg --configure lab-app tries again/;
  assert.match(
    await lab.asked(['show', host]),
    new RegExp(`^ {4}${job} {2}upgrade lab-app: failed: .*${why.source}$`, 'm'),
  );
  assert.match(await lab.asked(['wait', `${job}`]), /is halted: 2 failed, 8 waiting; [\s\S]*exit code 1\n$/);
});

test('what is held stays, and the plan says so', async () => {
  await lab.debRepository.publish({ suite: 'stable', packages: [countedDeb('lab-app', '3')] });
  const two = ['--host', 'web03', '--host', 'web04', '--rings', '100', '--budget', '2'];
  await lab.approved(['update', ...two]);
  await lab.work(['web03', 'web04']);
  await lab.approved(['hold', 'lab-app', '--host', 'web03']);
  await lab.work(['web03']);
  const [job, plan] = await lab.approved(['upgrade', ...two], 'web03', 'web04');
  assert.match(plan, /^STAYS as it is:\n {2}lab-app {2}held {2}1 host\nChanges:\n {2}lab-app {2}1 -> 3 {2}1 host\n/m);
  await lab.work(['web03', 'web04']);
  assert.deepEqual(await lab.hostStates(job), { web03: 'done: there was nothing to change', web04: 'done: ' });
  assert.deepEqual(await lab.runsOn('web03'), ['lab-app 1', 'lab-tool 1']);
});

test('a pushed host comes at once for its order', async () => {
  const host = lab.host('web06');
  const key = (await lab.fleet('push', '--show-key')).stdout.trim();
  const [job] = await lab.approved(['update', '--host', 'web06']);
  const stop = new AbortController();
  const { promise: listens, resolve: onLine } = Promise.withResolvers<unknown>();
  const listening = host
    .run(['gutinteg-fleet', 'listen', '--key', key], { onLine, signal: stop.signal })
    .catch(() => undefined);
  await listens;
  assert.match(await lab.asked(['push', 'web06', '--by', 'datagram']), /^web06: /);
  await waitUntil('the order', () => readdirSync(join(host.root, 'var/lib/gutinteg-fleet/orders')).length > 0);
  stop.abort();
  await listening;
  await host.agent(['run-orders']);
  await host.checkIn();
  assert.equal(await lab.asked(['wait', `${job}`]), `job ${job} is done: 1 done\n`);
});

test('a schedule makes its job at its time, and hosts of both systems carry it out', async () => {
  const like = ['update', '--all', '--rings', '100', '--budget', '35', '--dry-run', '--json'];
  const { id } = JSON.parse((await lab.fleet(...like)).stdout) as { id: number };
  const times = ['0 3 * * sun', '--zone', 'Europe/Berlin', '--like', `${id}`, '--approve'];
  assert.match(await lab.asked(['schedule', 'save', 'weekly', ...times]), /^its jobs begin by themselves$/m);
  // Sunday is now.
  using database = new DatabaseSync(join(lab.directory, 'state/fleet/fleet.db'), { timeout: 10_000 });
  database.prepare('UPDATE schedules SET nextAt = ?').run(Date.now());
  const madeJob = database.prepare("SELECT id FROM jobs WHERE id > ? AND state = 'running'");
  const { id: job } = (await waitUntil('its job to begin', () => madeJob.get(id))) as { id: number };
  assert.match(await lab.asked(['job', `${job}`]), /^ {2}schedule: weekly$/m);
  await lab.work(ALL);
  assert.equal(await lab.asked(['wait', `${job}`]), `job ${job} is done: 35 done\n`);
  assert.equal((await lab.fleet('schedule', 'remove', 'weekly')).exitCode, 0);
});

/** None of them was changed before, but for one with rpm. */
const FRESH = WEB.slice(9, 12);
const DNF = RPM.slice(0, 3);
const SIX = [...FRESH, ...DNF];
const to = (names: readonly string[]): string[] =>
  ['--rings', '100', '--budget', `${names.length}`].concat(names.flatMap((name) => ['--host', name]));
/** One of each kind of inventory. */
const KINDS = ['web10', 'rpm01', 'rpm02'];

/** What the hosts' own programs say: `1 1-1`, or nothing. */
async function versionsOn(names: readonly string[], packageName: string): Promise<string> {
  const ofDpkg = ['dpkg-query', '-W', '-f', '${db:Status-Abbrev}${Version}', packageName] as const;
  const ofRpm = ['rpm', '-q', '--qf', 'ii %{VERSION}-%{RELEASE}', packageName] as const;
  const versions = await inTurns(names, 4, async (name) => {
    const { stdout } = await lab.host(name).run(RPM.includes(name) ? ofRpm : ofDpkg, { okExitCodes: [0, 1] });
    return /^ii (.*)$/m.exec(stdout)?.[1] ?? '';
  });
  return [...new Set(versions)].toSorted().join(' ');
}

/** Who has what the job needs comes, and all of them do what it says. */
async function done(words: readonly string[], names: readonly string[], planning: readonly string[] = []) {
  const [job] = await lab.approved(words, ...planning);
  await lab.work(names);
  assert.equal(await lab.asked(['wait', `${job}`]), `job ${job} is done: ${names.length} done\n`);
  return job;
}

test('a source of each system is set with its key, and what it has is installed', async () => {
  const extra = await makeExtraSources(join(lab.directory, 'shared'), 'lab-extra', ['1', '2']);
  const [deb, rpm] = extra.files;
  const set = ['sources', 'set', 'extra', '--key', extra.key, '--yes'];
  await lab.asked([...set, '--file', deb, ...to(FRESH)]);
  await lab.asked([...set, '--file', rpm, ...to(DNF)]);
  await lab.work(SIX);
  const source = await lab.asked(['view', 'repositories', 'web10'], 'web10');
  assert.match(source, /extra\.sources[\s\S]*URIs: copy:\/srv\/fleet\/extra-debs/);
  await done(['install', 'lab-extra=1', ...to(FRESH)], FRESH, ['web10']);
  await done(['install', 'lab-extra=1-1', ...to(DNF)], DNF, KINDS.slice(1));
  assert.equal(await versionsOn(FRESH, 'lab-extra'), '1');
  assert.equal(await versionsOn(DNF, 'lab-extra'), '1-1');
});

test('an upgrade is undone on every host that had it', async () => {
  const job = await done(['upgrade', 'lab-extra', ...to(SIX)], SIX, KINDS);
  assert.equal(await versionsOn(FRESH, 'lab-extra'), '2');
  assert.equal(await versionsOn(DNF, 'lab-extra'), '2-1');
  await done(['undo', `${job}`], SIX, KINDS);
  assert.equal(await versionsOn(FRESH, 'lab-extra'), '1');
  assert.equal(await versionsOn(DNF, 'lab-extra'), '1-1');
  assert.match(await lab.asked(['job', `${job}`]), /^ {2}undone: +by job \d+$/m);
});

test('files of a directory are installed, each host takes its own; then they are removed', async () => {
  const directory = join(lab.directory, 'files');
  await mkdir(directory);
  await buildDeb({ name: 'lab-file', version: '1' }, directory);
  await buildRpm({ name: 'lab-file', version: '1' }, directory);
  await done(['install', `${directory}/`, ...to(SIX)], SIX, KINDS);
  assert.equal(await versionsOn(FRESH, 'lab-file'), '1');
  assert.equal(await versionsOn(DNF, 'lab-file'), '1-1');
  await done(['remove', 'lab-file', ...to(SIX)], SIX, KINDS);
  assert.equal(await versionsOn(SIX, 'lab-file'), '');
});
