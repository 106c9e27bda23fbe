// A fleet of thirty hosts with dpkg and five with rpm: the server's own process, gutinteg-fleet from its real package, real
// repositories. Hosts are changed by hand, and all is asked by the commands that people have.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { appendFile, chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { makeFleetLab } from '../helpers/fleet-lab/fleet-lab.ts';
import type { FleetLab } from '../helpers/fleet-lab/fleet-lab.ts';
import type { LabHost, Said } from '../helpers/fleet-lab/lab-host.ts';
import { inTurns } from '../../lib/in-turns.ts';
import { makeDebRepository } from '../helpers/package-hosts/deb-repository.ts';
import type { DebRepository } from '../helpers/package-hosts/deb-repository.ts';
import { updateLists as fetchDebLists } from '../helpers/package-hosts/dpkg-host.ts';
import { updateLists as fetchRpmLists } from '../helpers/package-hosts/rpm-host.ts';
import { makeRpmRepository } from '../helpers/package-hosts/rpm-repository.ts';
import type { RpmRepository } from '../helpers/package-hosts/rpm-repository.ts';
import { debs, INSTALLED, numbered, prepareDpkg, rpms } from './fleet-hosts-lab.ts';

const stack = new AsyncDisposableStack();
after(() => stack.disposeAsync());
let lab: FleetLab;
let debRepository: DebRepository;
let rpmRepository: RpmRepository;
const hosts = new Map<string, LabHost>();
const host = (name: string): LabHost => hosts.get(name) ?? assert.fail(`there is no ${name}`);

const [WEB, DATABASE, RPM] = [numbered('web', 20), numbered('db', 10), numbered('rpm', 5)];
const AT_ONCE = 4;

before(async () => {
  lab = await makeFleetLab(stack);
  const [debDirectory, rpmDirectory] = [join(lab.directory, 'debs'), join(lab.directory, 'rpms')];
  await mkdir(debDirectory);
  debRepository = await makeDebRepository(debDirectory, [
    { suite: 'stable', packages: debs.first },
    { suite: 'stable-security', origin: 'Lab-Security', packages: [] },
  ]);
  rpmRepository = await makeRpmRepository(rpmDirectory, rpms.first);
  const [ofDpkg, ofRpm] = await Promise.all([
    lab.addDpkgHosts({
      names: [...WEB, ...DATABASE],
      repository: debRepository,
      install: [...INSTALLED, 'lab-phased'],
      prepare: prepareDpkg,
    }),
    lab.addRpmHosts({ names: RPM, repository: rpmRepository, install: INSTALLED }),
  ]);
  for (const each of [...ofDpkg, ...ofRpm]) hosts.set(each.name, each);
});

/** What a command prints, with its exit code when that is not 0. */
async function asked(...words: readonly string[]): Promise<string> {
  return whatIsSaid(await lab.fleet(...words));
}

const whatIsSaid = ({ stdout, stderr, exitCode }: Said): string =>
  `${stdout}${stderr}${exitCode === 0 ? '' : `exit code ${exitCode}\n`}`;

/** What a command prints that waits for these hosts, which check in meanwhile. */
async function answered(words: readonly string[], ...names: readonly string[]): Promise<string> {
  const said = await lab.fleetMeanwhile(words, () => inTurns(names, AT_ONCE, (name) => host(name).checkIn()));
  return whatIsSaid({ ...said, stderr: said.stderr.replaceAll(/^waiting for .*\n/gm, '') });
}

/** Rows of a table, with one blank between the columns and none at the end. */
const rows = (said: string): string[] =>
  said
    .trimEnd()
    .split('\n')
    .map((row) => row.replaceAll(/ +/g, ' '));

const enrolAll = (names: readonly string[], tokenOf: (name: string) => Promise<string>): Promise<Said[]> =>
  inTurns(names, AT_ONCE, async (name) => host(name).enrol(await tokenOf(name)));

const newToken = async (...words: readonly string[]): Promise<string> =>
  (await lab.fleet('enrol', ...words)).stdout.trim();

test('hosts join: with tokens of their own, with one for a site, and after somebody has said yes', async () => {
  const ofSite = await newToken('--for-site', 'north', '--approve');
  const waiting = await newToken('--for-site', 'south');
  const [first = '', ...others] = WEB;
  const joined = [
    // The first one to bring a package is asked what it is, and answers with its next report.
    ...(await enrolAll([first], async () => ofSite)),
    ...(await enrolAll(others, async () => ofSite)),
    ...(await enrolAll(DATABASE, () => newToken())),
  ];
  for (const { exitCode, stdout } of joined) {
    assert.match(stdout, /^this host is \S{22}, of the fleet at .*\nsent: facts\nsent: installed\nsent: candidates\n/);
    assert.equal(exitCode, 0);
  }
  for (const { stdout } of await enrolAll(RPM, async () => waiting)) assert.match(stdout, /\nwaiting: .*approve/);
  assert.match(await asked('status'), /^30 {2}enrolled\n 5 {2}waiting to be let in/);
  await inTurns(RPM, AT_ONCE, (name) => lab.fleet('approve', name));
  const reports = await inTurns(RPM, AT_ONCE, (name) => host(name).checkIn());
  for (const { stdout } of reports) assert.match(stdout, /^sent: facts\nsent: installed\n/);
  assert.equal(await asked('status'), '35  enrolled\n35  up to date\n');
});

test('only what differs travels, and what came and went is told', async () => {
  const whole = await host('web20').sentBytes();
  const unchanged = await host('web20').checkIn();
  assert.match(unchanged.stdout, /^nothing new to report$/m);
  const nothing = (await host('web20').sentBytes()) - whole;
  await host('web01').run(['apt-get', '-qq', '-y', 'install', 'lab-extra']);
  await host('web20').run(['apt-get', '-qq', '-y', 'remove', 'lab-app']);
  await host('web03').run(['apt-mark', 'hold', 'lab-held']);
  await host('rpm01').run(['dnf', '--quiet', '--assumeyes', 'install', 'lab-extra']);
  const changed = ['web01', 'web20', 'web03', 'rpm01'];
  const said = await answered(['refresh', ...changed, 'nowhere'], ...changed);
  const difference = (await host('web20').sentBytes()) - whole - nothing;
  assert.ok(difference - nothing < (whole - nothing) / 4, `${difference} ${nothing} ${whole}`);
  assert.deepEqual(said.split(/(?<=\n)(?=\S)/).toSorted(), [
    'exit code 1\n',
    'nowhere: there is no host nowhere; try: gutinteg fleet hosts\n',
    'rpm01 has looked:\n  came     lab-extra 1:0.9~rc1-1\n',
    'web01 has looked:\n  came     lab-extra 1:0.9~rc1-1\n',
    'web03 has looked:\n  changed  lab-held 1.0-1, held\n',
    'web20 has looked:\n  went     lab-app 1.0-9\n',
  ]);
  const some = await answered(['refresh', '--class', 'name=web01 or name=rpm01'], 'web01', 'rpm01');
  assert.deepEqual(some.split(/(?<=\n)(?=\S)/).toSorted(), [
    'rpm01 has looked: no changes\n',
    'web01 has looked: no changes\n',
  ]);
  for (const [words, why] of [
    [['refresh'], /^no host is named\n/],
    [['refresh', 'web01', '--all'], /exclude each other/],
    [['refresh', '--class', 'name=nowhere'], /^there is no such host\n/],
  ] as const) {
    const { exitCode, stderr } = await lab.fleet(...words);
    assert.deepEqual([exitCode, why.test(stderr)], [2, true], stderr);
  }
});

test('outdated: what an upgrade would bring, and why it would not bring the rest', async () => {
  await debRepository.publish({ suite: 'stable', packages: debs.second });
  await debRepository.publish({ suite: 'stable-security', origin: 'Lab-Security', packages: debs.security });
  await rpmRepository.publish(rpms.second);
  await appendFile(join(host('rpm02').root, 'etc/dnf/dnf.conf'), 'excludepkgs=lab-held\n');
  await Promise.all([fetchDebLists(host('web03')), fetchRpmLists(host('rpm02'))]);
  await inTurns(['web03', 'rpm02'], AT_ONCE, (name) => host(name).checkIn());
  assert.deepEqual(rows(await asked('outdated')), [
    'HOST PACKAGE INSTALLED CANDIDATE SECURITY WHY NOT NOW FROM',
    'rpm02 lab-app 1.0-9 1.0-10 lab',
    'rpm02 lab-held 1.0-1 1.1-1 held lab',
    'rpm02 lab-kept 1.0-1 1.1-1 lab',
    'rpm02 lab-safe 1.0-1 1.0-2 yes lab',
    'web03 lab-app 1.0-9 1.0-10 Lab:stable',
    'web03 lab-held 1.0-1 1.1-1 held stable',
    'web03 lab-kept 1.0-1 1.1-1 kept-back stable',
    'web03 lab-phased 1.0-1 1.1-1 phased Lab:stable',
    'web03 lab-safe 1.0-1 1.0-1+deb12u1 yes Lab-Security:stable-security',
    'exit code 3',
  ]);
});

test('each state of a host is told as what it is', async () => {
  await host('web05').run(['apt-get', '-qq', '-y', 'install', 'lab-fail'], { okExitCodes: [100] });
  await host('db02').run(['dpkg', '--force-depends', '--remove', 'lab-base']);
  await host('rpm04').run(['rpm', '--erase', '--nodeps', 'lab-base']);
  await writeFile(join(host('web06').root, 'run/reboot-required'), '*** System restart required ***\n');
  await writeFile(join(host('web06').root, 'run/reboot-required.pkgs'), 'lab-app\n');
  await host('rpm03').run(['dnf', '--quiet', '--assumeyes', 'install', 'glibc']);
  await inTurns(['web05', 'db02', 'rpm04', 'web06', 'rpm03'], AT_ONCE, (name) => host(name).checkIn());
  const table = rows(await asked('hosts'));
  const findings = table.flatMap((row) => (row.endsWith(' up to date') ? [] : [row.replace(/ enrolled.* min /, ': ')]));
  const boot = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).slice(0, 8);
  assert.deepEqual(findings, [
    'HOST STATE OS SITE SEEN NEXT FINDINGS',
    'db02: broken packages: lab-app: Depends: lab-base but it is not installed',
    'rpm02: 1 package with a security update; 3 packages outdated; 1 package held',
    `rpm03: needs a restart (boot ${boot}): glibc 2.40-1 was installed after the last start`,
    'rpm04: broken packages: lab-app-1.0-9.noarch has missing requires of lab-base',
    'web03: 1 package with a security update; 2 packages outdated; 1 package held; 1 package kept back; 1 package waiting for a phased update',
    'web05: broken packages: lab-fail is half-configured; dpkg --configure lab-fail tries again',
    `web06: needs a restart (boot ${boot}): asked for by lab-app`,
  ]);
  assert.equal(table.length, 36);
  assert.equal(
    await asked('status'),
    `35  enrolled
28  up to date
 2  outdated
 2  with security updates to be had
 2  with packages that are held, kept back or phased
 3  with broken packages
 2  need a restart
`,
  );
});

test('what was upgraded is outdated no more', async () => {
  await fetchDebLists(host('db01'));
  await Promise.all([
    host('db01').run(['apt-get', '-qq', '-y', 'install', 'lab-app']),
    host('rpm02').run(['dnf', '--quiet', '--assumeyes', 'upgrade']),
  ]);
  await inTurns(['db01', 'rpm02'], AT_ONCE, (name) => host(name).checkIn());
  assert.deepEqual(rows(await asked('outdated', '--class', 'name=db01 or system=rpm')), [
    'HOST PACKAGE INSTALLED CANDIDATE SECURITY WHY NOT NOW FROM',
    'db01 lab-held 1.0-1 1.1-1 Lab:stable',
    'db01 lab-kept 1.0-1 1.1-1 kept-back stable',
    'db01 lab-phased 1.0-1 1.1-1 phased Lab:stable',
    'db01 lab-safe 1.0-1 1.0-1+deb12u1 yes Lab-Security:stable-security',
    'rpm02 lab-held 1.0-1 1.1-1 held lab',
    'rpm02 lab-kept 1.0-1 1.1-1 lab',
    'exit code 3',
  ]);
});

test('versions, hosts and descriptions: dpkg and rpm in one table, each in its own order', async () => {
  const versions = rows(await asked('packages', 'lab-app', '--versions'));
  assert.deepEqual(
    versions.map((row) => row.replace(/ [a-z]+\d\d$/, ' …')),
    [
      'VERSION ARCH SYSTEM HOSTS FLAGS SUCH AS',
      '1.0-10 all dpkg 1 …',
      '1.0-9 all dpkg 28 …',
      '1.0-10 noarch rpm 1 …',
      '1.0-9 noarch rpm 4 …',
    ],
  );
  assert.deepEqual(rows(await asked('packages', 'lab-extra', '--hosts')), [
    'HOST PACKAGE VERSION ARCH FLAGS',
    'rpm01 lab-extra 1:0.9~rc1-1 noarch',
    'web01 lab-extra 1:0.9~rc1-1 all',
  ]);
  assert.equal(rows(await asked('packages', 'lab-app', '--older', '1.0-10')).length, 1 + 28 + 4);
  assert.match(await asked('packages', 'WALLS'), /^lab-app +dpkg +29 +2 +paints the walls of the lab$/m);
  assert.deepEqual(rows(await asked('compare', 'web01', 'db01')), [
    'PACKAGE web01 db01',
    'lab-app:all 1.0-9 1.0-10',
    'lab-extra:all 1:0.9~rc1-1 -',
    'exit code 3',
  ]);
  assert.deepEqual(rows(await asked('compare', '--classes', 'name~web*', 'name~db*')), [
    'PACKAGE name~web* (20 hosts) name~db* (10 hosts)',
    'lab-app:all 1.0-9 (19) 1.0-10 (1), 1.0-9 (9)',
    'lab-base:all 1.0-1 1.0-1 (9)',
    'lab-extra:all 1:0.9~rc1-1 (1) -',
    'lab-fail:all 1.0 (1) -',
    'exit code 3',
  ]);
  assert.match(
    await asked('compare', 'rpm01', 'rpm05'),
    /^PACKAGE .*\nlab-extra:noarch +1:0.9~rc1-1 +-\nexit code 3\n$/,
  );
});

test('files: what was damaged, by what each package system knows', async () => {
  for (const name of ['db01', 'rpm05']) {
    const { root } = host(name);
    await appendFile(join(root, 'etc/lab-app.conf'), 'mine\n');
    await chmod(join(root, 'usr/bin/lab-app'), 0o700);
    await rm(join(root, 'usr/lib/lab-app/data'));
  }
  const [ofDpkg, ofRpm] = await Promise.all([
    answered(['files', 'lab-app', 'db01'], 'db01'),
    answered(['files', 'lab-app', 'rpm05', '--changed'], 'rpm05'),
  ]);
  assert.deepEqual(
    rows(ofDpkg).filter((row) => !row.includes(' ok ')),
    [
      'TYPE MODE OWNER GROUP BYTES STATE PATH',
      'file 0644 root root 17 changed (contents) /etc/lab-app.conf',
      'file 0700 root root 5 unknown /usr/bin/lab-app',
      'missing missing /usr/lib/lab-app/data',
      '11 files, 2 not as installed, 1 that gutinteg-fleet may not read',
      'exit code 3',
    ],
  );
  assert.deepEqual(rows(ofRpm), [
    'TYPE MODE OWNER GROUP BYTES STATE PATH',
    'file 0644 root root 17 changed (size, contents) /etc/lab-app.conf',
    'file 0700 root root 5 changed (mode) /usr/bin/lab-app',
    'missing missing /usr/lib/lab-app/data',
    '5 files, 3 not as installed',
    'exit code 3',
  ]);
  const missing = ['db01', 'rpm05'].map(async (name) => answered(['files', 'lab-nowhere', name], name));
  assert.deepEqual(await Promise.all(missing), [
    'db01 could not do it: lab-nowhere is not installed on this host\nexit code 1\n',
    'rpm05 could not do it: lab-nowhere is not installed on this host\nexit code 1\n',
  ]);
});

test('the server is killed, and hosts find it again with all that they had told it', async () => {
  const before = await asked('status');
  await lab.restartServer();
  assert.equal(await asked('status'), before);
  const { stdout, exitCode } = await host('rpm05').checkIn();
  assert.match(stdout, /^nothing new to report\n/);
  assert.equal(exitCode, 0);
});

test('without the program, a host keeps its key and nothing else', async () => {
  await Promise.all([
    host('db10').run(['dpkg', '--remove', 'gutinteg-fleet']),
    host('rpm05').run(['rpm', '--erase', 'gutinteg-fleet']),
  ]);
  for (const { root } of [host('db10'), host('rpm05')]) {
    assert.ok(!existsSync(join(root, 'usr/lib/gutinteg-fleet')));
    assert.ok(existsSync(join(root, 'var/lib/gutinteg-fleet/key.pem')));
  }
});
