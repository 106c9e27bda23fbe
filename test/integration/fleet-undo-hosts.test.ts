// An undo from end to end on hosts with dpkg and rpm: an upgrade that brought a new package and took an old one away goes back by the
// commands that people type, the server's own process, and gutinteg-fleet with its executor. Without versions to go back to, nothing does.
import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { makeJobsLab } from './fleet-jobs-lab.ts';
import type { JobsLab } from './fleet-jobs-lab.ts';

const stack = new AsyncDisposableStack();
after(() => stack.disposeAsync());
let lab: JobsLab;

const DPKG = ['web01', 'web02', 'web03'];
const RPM = ['rpm01', 'rpm02'];
const ALL = [...DPKG, ...RPM];
const NAMES = new Set(['lab-app', 'lab-lib', 'lab-new', 'lab-old']);
const first = ['lab-app', 'lab-lib', 'lab-old'].map((name) => ({ name, version: '1' }));
const rings = ['--rings', '100', '--budget', '9'];
const more = [
  { name: 'lab-lib', version: '2' },
  { name: 'lab-new', version: '1' },
];

before(async () => {
  const install = first.map(({ name }) => name);
  lab = await makeJobsLab(stack, { dpkg: DPKG, rpm: RPM, debs: first, rpms: first, install });
  await lab.debRepository.publish({
    suite: 'stable',
    packages: [
      ...more,
      {
        name: 'lab-app',
        version: '2',
        fields: { Depends: 'lab-new', Conflicts: 'lab-old', Replaces: 'lab-old' },
      },
    ],
  });
  await lab
    .rpmRepository()
    .publish([...more, { name: 'lab-app', version: '2', tags: { Requires: 'lab-new', Obsoletes: 'lab-old' } }]);
  await updateLists(ALL);
});

async function updateLists(names: readonly string[]): Promise<void> {
  await lab.approved(['update', ...names.flatMap((name) => ['--host', name]), ...rings]);
  await lab.work(names);
}

const isDpkg = (name: string): boolean => DPKG.includes(name);

/** As the package system's own program says: `lab-app 1`. */
async function installedOn(name: string): Promise<string[]> {
  const { stdout } = await lab
    .host(name)
    .run(
      isDpkg(name)
        ? ['dpkg-query', '-W', '-f', '${db:Status-Abbrev}${Package} ${Version}\\n']
        : ['rpm', '-qa', '--qf', '%{NAME} %{VERSION}\\n'],
    );
  const lines = stdout.split('\n').map((line) => line.replace(/^ii +/, ''));
  return lines.filter((line) => NAMES.has(line.split(' ')[0] ?? '')).toSorted();
}

/** By hand, as its administrator does. */
async function installByHand(name: string, version: string): Promise<void> {
  const argv = isDpkg(name)
    ? (['apt-get', '-qq', '-y', '--allow-downgrades', 'install', `lab-lib=${version}`] as const)
    : (['dnf', '-q', '-y', 'install', `lab-lib-${version}`] as const);
  await lab.host(name).run(argv);
}

const BEFORE = ['lab-app 1', 'lab-lib 1', 'lab-old 1'];
const AFTER = ['lab-app 2', 'lab-lib 2', 'lab-new 1'];

async function upgradeAll(): Promise<number> {
  const hosts = ['--all', ...rings];
  const [job] = await lab.approved(['upgrade', ...hosts], 'web01', 'rpm01');
  await lab.work(ALL);
  assert.deepEqual((await lab.show(job)).counts, { done: 5 });
  for (const name of ALL) assert.deepEqual(await installedOn(name), AFTER, name);
  return job;
}

let upgrade: number;

test('each host goes back; one that changed since is left out and named; one is done only when its list says so', async () => {
  upgrade = await upgradeAll();
  await lab.debRepository.publish({ suite: 'stable', packages: [{ name: 'lab-lib', version: '3' }] });
  await lab.host('web02').run(['apt-get', '-qq', 'update']);
  await installByHand('web02', '3');
  await lab.host('rpm02').run(['rpm', '-e', 'lab-lib']);
  for (const name of ['web02', 'rpm02']) await lab.host(name).checkIn();

  const [job, plan] = await lab.approved(['undo', `${upgrade}`, '--despite-refusals'], 'web01', 'rpm01');
  assert.match(plan, /^warning: programs that packages run when they are upgraded are not undone/m);
  assert.match(plan, /^warning: left out: web02: changed since: lab-lib is 3 now, and no longer 2$/m);
  assert.match(
    plan,
    /^warning: left out: rpm02: changed since: lab-lib is not installed any more, and no longer 2-1$/m,
  );
  assert.match(plan, /^ {2}lab-app +2 -> 1 +2 hosts$/m);
  assert.match(plan, /^ {2}lab-app +2-1 -> 1-1 +1 host$/m);
  await lab.work(['web01', 'rpm01', 'web02']);
  await lab.begin('web03');
  await installByHand('web03', '2');
  assert.match((await lab.hostStates(job))['web03'] ?? '', /^leased: /);
  // The first one sends the list, and the second one hears what was made of it.
  for (const _ of [1, 2]) assert.equal((await lab.host('web03').checkIn()).exitCode, 0);
  const { rpm02 = '', web02 = '', web03 = '', ...done } = await lab.hostStates(job);
  assert.deepEqual(done, { rpm01: 'done: ', web01: 'done: ' });
  assert.match(web03, /^failed: .*lab-lib/);
  assert.match(web02, /^refused: changed since: lab-lib is 3 now/);
  assert.match(rpm02, /^refused: changed since: lab-lib is not installed/);
  for (const name of ['web01', 'rpm01']) assert.deepEqual(await installedOn(name), BEFORE, name);
  assert.deepEqual(await installedOn('web02'), ['lab-app 2', 'lab-lib 3', 'lab-new 1']);
  assert.deepEqual(await installedOn('rpm02'), ['lab-app 2', 'lab-new 1']);
});

test('a second undo is for those that are not back yet, and after it there is nothing to undo', async () => {
  const [job, plan] = await lab.approved(['undo', `${upgrade}`, '--despite-refusals'], 'web03');
  assert.match(plan, /^Changes:\n {2}lab-lib +2 -> 1 +1 host$/m);
  await lab.work(['web03']);
  const { web03, web01 } = await lab.hostStates(job);
  assert.deepEqual([web03, web01], ['done: ', undefined]);
  assert.deepEqual(await installedOn('web03'), BEFORE);
  const said = await lab.asked(['undo', `${upgrade}`]);
  assert.match(said, /nothing of job \d+ \(.*\) can be undone: on every host: changed since: .*no job was made/);
  assert.match(said, /exit code 1\n$/);
});

test('versions that are nowhere any more are named in the plan, and nothing is half done', async () => {
  const two = ['web01', 'rpm01'];
  const [job] = await lab.approved(
    ['upgrade', 'lab-app', ...two.flatMap((name) => ['--host', name]), ...rings],
    ...two,
  );
  await lab.work(two);
  assert.deepEqual((await lab.show(job)).counts, { done: 2 });
  await rm(join(lab.debRepository.directory, 'stable/lab-app_1_all.deb'));
  await rm(join(lab.rpmRepository().directory, 'lab-app-1-1.noarch.rpm'));
  await lab.debRepository.publish({ suite: 'stable', packages: [] });
  await lab.rpmRepository().publish([]);
  await updateLists(two);
  const had = await Promise.all(two.map(installedOn));
  const plan = await lab.asked(['undo', `${job}`, '--yes'], ...two);
  assert.match(plan, /^NOT POSSIBLE on 2 hosts:$/m);
  assert.match(plan, /^ {2}web01: apt-get refuses to go back: E: Version '1' for 'lab-app' was not found; try: /m);
  assert.match(plan, /^ {2}rpm01: the repositories of this host cannot bring it back: lab-app 1-1; try: /m);
  assert.match(plan, /exit code [13]\n$/);
  await lab.work(two);
  assert.deepEqual(await Promise.all(two.map(installedOn)), had);
});
