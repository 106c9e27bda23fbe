// Package files on a real host with dpkg and one with rpm: sent, from a directory, from an address, by each host itself; and what is no file
// for them. The hosts' own programs say what is installed.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { agentNeeds, makeFleetLab } from '../helpers/fleet-lab/fleet-lab.ts';
import type { FleetLab } from '../helpers/fleet-lab/fleet-lab.ts';
import type { LabHost } from '../helpers/fleet-lab/lab-host.ts';
import { buildDeb } from '../helpers/package-hosts/deb-package.ts';
import { makeDebRepository } from '../helpers/package-hosts/deb-repository.ts';
import { buildRpm } from '../helpers/package-hosts/rpm-package.ts';
import { makeRpmRepository } from '../helpers/package-hosts/rpm-repository.ts';

const ORDERS = 'var/lib/gutinteg-fleet/orders';
const stack = new AsyncDisposableStack();
let lab: FleetLab;
let debian: LabHost;
let fedora: LabHost;
let files: string;

before(async () => {
  lab = await makeFleetLab(stack);
  const needed = { name: 'lab-needed', version: '1' };
  const deb = await makeDebRepository(join(lab.directory, 'deb'), [
    { suite: 'stable', packages: [...agentNeeds.deb, needed] },
  ]);
  const rpm = await makeRpmRepository(join(lab.directory, 'rpm'), [...agentNeeds.rpm]);
  [debian] = (await lab.addDpkgHosts({ names: ['debian1'], repository: deb, install: [] })) as [LabHost];
  [fedora] = (await lab.addRpmHosts({ names: ['fedora1'], repository: rpm, install: [] })) as [LabHost];
  const { token } = JSON.parse((await lab.fleet('enrol', '--for-site', 'lab', '--approve', '--json')).stdout) as {
    token: string;
  };
  const key = (await lab.fleet('order-key')).stdout.trim();
  for (const host of [debian, fedora]) {
    await host.enrol(token);
    await host.agent(['accept-orders', '--key', key]);
  }
  files = join(lab.directory, 'files');
  await mkdir(files);
});
after(() => stack.disposeAsync());

/** Hosts come, and carry out what they are told, until all commands have ended. */
async function withHosts(commands: readonly (readonly string[])[], hosts: readonly LabHost[] = [debian]) {
  const over = new AbortController();
  const ended = Promise.all(commands.map((words) => lab.fleet(...words))).finally(() => over.abort());
  while (!over.signal.aborted) {
    for (const host of hosts) {
      await host.checkIn();
      if (hasOrders(host)) await host.agent(['run-orders', '--quiet']);
    }
  }
  return ended;
}

const hasOrders = ({ root }: LabHost): boolean =>
  existsSync(join(root, ORDERS)) && readdirSync(join(root, ORDERS)).length > 0;

const words = (all: readonly string[]): string[] => ['install', ...all, '--yes', '--wait'];

async function install(...all: readonly string[]) {
  const [said] = await withHosts([words(all)], all.includes('--all') ? [debian, fedora] : [debian]);
  assert.ok(said !== undefined);
  return said;
}

const isInstalled = async (host: LabHost, name: string): Promise<string> => {
  const query =
    host === debian ? (['dpkg-query', '-W', '-f', '${Version}', name] as const) : (['rpm', '-q', name] as const);
  return (await host.run(query, { okExitCodes: [0, 1] })).stdout.trim();
};

test('a directory with files of both systems: each host takes its own, and what they need from its repositories', async () => {
  const directory = join(files, 'both');
  await mkdir(directory);
  await buildDeb({ name: 'lab-hello', version: '1', fields: { Depends: 'lab-needed' } }, directory);
  await buildDeb({ name: 'lab-hello', version: '1', arch: 'arm64' }, directory);
  await buildRpm({ name: 'lab-hello', version: '1' }, directory);
  const { exitCode, stdout, stderr } = await install(`${directory}/`, '--all');
  assert.equal(exitCode, 0, stdout + stderr);
  assert.match(stdout, /lab-hello_1_all\.deb +lab-hello +1 +all/);
  assert.match(stdout, /lab-needed +new, 1 +1 host/);
  assert.equal(await isInstalled(debian, 'lab-hello'), '1');
  assert.equal(await isInstalled(debian, 'lab-needed'), '1');
  assert.equal(await isInstalled(fedora, 'lab-hello'), 'lab-hello-1-1.noarch');
  const again = await install(`${directory}/`, '--all');
  assert.match(again.stdout, /has lab-hello 1(-1)? already/);
  assert.match(again.stderr, /there is nothing to do/);
});

test('what is not for a host, needs what it cannot have, or is older is refused in words', async () => {
  const foreign = await buildDeb({ name: 'lab-foreign', version: '1', arch: 'arm64' }, files);
  const lonely = await buildDeb({ name: 'lab-lonely', version: '1', fields: { Depends: 'lab-nowhere' } }, files);
  const older = await buildDeb({ name: 'lab-hello', version: '0.9' }, files);
  const cases: readonly (readonly [string, readonly string[], RegExp])[] = [
    [foreign, [], /no file is for this host, which has dpkg and packages of amd64, i386: lab-foreign_1_arm64\.deb/],
    [lonely, [], /lab-lonely : Depends: lab-nowhere/],
    [older, [], /downgrade/],
    [older, ['--file-option', 'no-scripts'], /dpkg has no option no-scripts, so nothing was changed/],
  ];
  const refused = await withHosts(cases.map(([file, options]) => words([file, ...options, '--host', 'debian1'])));
  for (const [index, { exitCode, stdout, stderr }] of refused.entries()) {
    assert.equal(exitCode, 1, stdout);
    assert.match(stdout, cases[index]?.[2] ?? /^$/);
    assert.match(stderr, /no host can do it/);
  }
  await buildRpm({ name: 'lab-hello', version: '0.9' }, files);
  const olderRpm = join(files, 'lab-hello-0.9-1.noarch.rpm');
  const allowed: readonly (readonly [LabHost, readonly string[]])[] = [
    [debian, [older, '--file-option', 'downgrade', '--host', 'debian1']],
    [fedora, [olderRpm, '--file-option', 'downgrade', '--file-option', 'no-docs', '--host', 'fedora1']],
    // Last: once it is there, apt refuses everything else on that host.
    [debian, [lonely, '--file-option', 'ignore-depends', '--host', 'debian1']],
  ];
  for (const [host, all] of allowed) {
    for (const { exitCode, stdout, stderr } of await withHosts([words(all)], [host])) {
      assert.equal(exitCode, 0, stdout + stderr);
    }
  }
  assert.equal(await isInstalled(debian, 'lab-hello'), '0.9');
  assert.equal(await isInstalled(debian, 'lab-lonely'), '1');
  assert.equal(await isInstalled(fedora, 'lab-hello'), 'lab-hello-0.9-1.noarch');
  await debian.run(['dpkg', '--remove', 'lab-lonely']);
});

test('an address: the server fetches it for all, or looks at it and each host fetches it by itself', async () => {
  await using web = await serveFiles(debian);
  const texts = { 'lab-web': '1', 'lab-each': '1' };
  for (const [name, version] of Object.entries(texts)) await buildDeb({ name, version }, join(debian.root, 'srv/web'));
  const place = (name: string) => ({
    url: `${web.url}/${name}_1_all.deb`,
    file: join(debian.root, `srv/web/${name}_1_all.deb`),
  });
  const [fetched, each] = [place('lab-web'), place('lab-each')];
  const plain = await lab.fleet('install', fetched.url, '--all');
  assert.equal(plain.exitCode, 2);
  assert.match(plain.stderr, /is not https.*--sha256/s);
  const wrong = await lab.fleet('file', 'add', fetched.url, '--sha256', '0'.repeat(64));
  assert.match(wrong.stderr, /it has SHA-256 [0-9a-f]{64}, and not 0{64}/);
  const commands = [
    { ...fetched, more: [] },
    { ...each, more: ['--each-host-downloads'] },
  ].map(async ({ url, file, more }) => {
    const sha256 = createHash('sha256')
      .update(await readFile(file))
      .digest('hex');
    return words([url, '--sha256', sha256, ...more, '--host', 'debian1']);
  });
  for (const { exitCode, stdout, stderr } of await withHosts(await Promise.all(commands))) {
    assert.equal(exitCode, 0, stdout + stderr);
  }
  for (const name of Object.keys(texts)) assert.equal(await isInstalled(debian, name), '1');
  const log = await readFile(join(debian.root, 'srv/web.log'), 'utf8');
  // The right and the wrong fetch of the server; the fetch of the server and that of the host.
  assert.equal(log.match(/GET \/lab-web_/g)?.length, 2);
  assert.equal(log.match(/GET \/lab-each_/g)?.length, 2);
});

test('forty files in one job', async () => {
  const directory = join(files, 'forty');
  await mkdir(directory);
  const names = Array.from({ length: 40 }, (_, index) => `lab-many-${index}`);
  await Promise.all(names.map((name) => buildDeb({ name, version: '1' }, directory)));
  const { exitCode, stdout, stderr } = await install(directory, '--host', 'debian1');
  assert.equal(exitCode, 0, stdout + stderr);
  const listed = await debian.run(['dpkg-query', '-W', '-f', '${Package} ${Version} ${db:Status-Abbrev}\n', ...names]);
  assert.equal(listed.stdout.match(/^lab-many-\d+ 1 ii $/gm)?.length, 40);
});

test('what is no package, is cut off or too large is refused before anything becomes of it', async () => {
  const whole = await readFile(join(files, 'both/lab-hello_1_all.deb'));
  const bad: Readonly<Record<string, Uint8Array>> = {
    'text.deb': Buffer.from('hello\n'),
    'cut.deb': whole.subarray(0, whole.length - 600),
    'cut.rpm': (await readFile(join(files, 'both/lab-hello-1-1.noarch.rpm'))).subarray(0, -40),
  };
  for (const [name, bytes] of Object.entries(bad)) {
    await writeFile(join(files, name), bytes);
    const { exitCode, stderr } = await lab.fleet('file', 'add', join(files, name));
    assert.equal(exitCode, 2, `${name}: ${stderr}`);
    assert.match(stderr, name === 'text.deb' ? /it is no \.deb or \.rpm/ : /it is no whole \.(deb|rpm)/);
  }
  const large = join(files, 'large.deb');
  await writeFile(large, '');
  await truncate(large, 2 * 1024 ** 3);
  const { exitCode, stderr } = await lab.fleet('file', 'add', large);
  assert.equal(exitCode, 2, stderr);
  assert.match(stderr, /has 2147483648 bytes, and 1073741824 are the most; nothing was sent/);
  const listed = await lab.fleet('file', 'list');
  assert.doesNotMatch(listed.stdout, /cut|text|large/);
  const shown = await lab.fleet('file', 'show', 'lab-hello_1_all.deb');
  assert.match(shown.stdout, /needs:\n {2}lab-needed\nbrings:\n {2}\/usr\/share\/lab-hello\/version/);
  assert.equal((await lab.fleet('file', 'remove', 'lab-hello_1_all.deb')).exitCode, 0);
  assert.equal((await lab.fleet('file', 'show', 'lab-hello_1_all.deb')).exitCode, 2);
});

/** On the host, whose address is a private one. */
async function serveFiles(host: LabHost) {
  await mkdir(join(host.root, 'srv/web'), { recursive: true });
  const address = await host.run(['ip', '-4', '-oneline', 'addr', 'show', 'dev', 'eth0']);
  const [, ip = ''] = /inet ([\d.]+)\//.exec(address.stdout) ?? [];
  const stop = new AbortController();
  const served = Promise.withResolvers<void>();
  const lines: string[] = [];
  const log = join(host.root, 'srv/web.log');
  const onLine = (line: string): void => {
    if (line.includes('Serving HTTP')) served.resolve();
    lines.push(line);
    void writeFile(log, lines.join('\n'));
  };
  const argv = ['python3', '-u', '-m', 'http.server', '8000', '--directory', '/srv/web'] as const;
  const ended = host.run(argv, { signal: stop.signal, onLine }).catch(() => {});
  await served.promise;
  return {
    url: `http://${ip}:8000`,
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await ended;
    },
  };
}
