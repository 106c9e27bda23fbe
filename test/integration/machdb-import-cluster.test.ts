// From cluster.xml to a machine database and back, by the programs, with xmllint as the judge of what is written.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { runCommand } from '../../lib/run-command.ts';

const root = join(import.meta.dirname, '../..');
const hosts = [
  '<ip>10.77.0.1</ip><mac>00:16:3E:00:00:01</mac><hostname>beomaster</hostname><notes>master rack-1</notes>',
  '<ip>10.77.0.11</ip><mac>00:16:3E:00:00:02</mac><hostname>node001</hostname><bootmaster>10.77.0.1</bootmaster>',
  '<ip>10.77.0.12</ip><hostname>node002.other.example</hostname><notes>a&lt;b ${x}</notes>',
  '<ip>2001:db8::3</ip><mac>00:16:3E:00:00:04</mac><hostname>six</hostname>',
];

let site: string;
beforeEach(async () => {
  site = await mkdtemp(join(tmpdir(), 'machdb-import-'));
  await mkdir(join(site, 'machdb'));
  await writeFile(join(site, 'site.yaml'), 'interface: eth0\n');
  await writeFile(join(site, 'machdb/classes.db'), 'lab:\n    DOMAIN=lab.example\n    NETMASK=255.255.255.0\n');
  await writeFile(
    join(site, 'cluster.xml'),
    `<cluster>${hosts.map((host) => `<host>${host}</host>`).join('')}</cluster>`,
  );
});
afterEach(() => rm(site, { recursive: true }));

const machdb = (...args: string[]) =>
  runCommand([join(root, 'bin/machdb'), ...args], { cwd: site, okExitCodes: [0, 1, 2, 3] });

test('what was imported passes the checks, is exported as the same hosts, and is valid', async () => {
  const imported = await machdb('import', 'cluster-xml', 'cluster.xml', '--parents', 'lab');
  assert.deepEqual([imported.exitCode, imported.stderr], [0, '']);
  await writeFile(join(site, 'machdb/cluster.db'), imported.stdout);
  const checked = await machdb('check');
  assert.equal(checked.exitCode, 0, checked.stdout + checked.stderr);
  assert.equal((await machdb('export', 'cluster-xml', '--output', 'out.xml')).stdout, 'wrote out.xml\n');
  const dtd = join(root, 'update-cluster/cluster.dtd');
  const { stdout } = await runCommand(['xmllint', '--noblanks', '--dtdvalid', dtd, join(site, 'out.xml')]);
  assert.deepEqual(
    [...stdout.matchAll(/<host>(.*?)<\/host>/g)].map(([, host]) => host),
    hosts,
  );
});

test('a second import collides with the first, line by line, and prints nothing', async () => {
  const imported = await machdb('import', 'cluster-xml', 'cluster.xml');
  await writeFile(join(site, 'machdb/cluster.db'), imported.stdout);
  const again = await machdb('import', 'cluster-xml', 'cluster.xml', '--site', '.');
  assert.deepEqual([again.exitCode, again.stdout], [2, '']);
  assert.match(again.stderr, /cluster\.xml:1:\d+: error: the hostname node001 is already that of node001/);
});

const refused: readonly [name: string, args: string[], message: RegExp][] = [
  ['a file that is missing', ['gone.xml'], /cannot read gone\.xml/],
  ['a directory', ['machdb'], /cannot read machdb/],
  ['a file that is not XML', ['site.yaml'], /site\.yaml:\d+:\d+: error/],
  ['parents that are no objects', ['cluster.xml', '--parents', 'lab,gone'], /there is no object gone/],
  ['parents that are no names', ['cluster.xml', '--parents', 'a:b'], /is not the name of an object/],
  ['a site that is missing', ['cluster.xml', '--site', 'gone'], /gone/],
];
for (const [name, args, message] of refused) {
  test(`refused: ${name}`, async () => {
    const { exitCode, stdout, stderr } = await machdb('import', 'cluster-xml', ...args);
    assert.deepEqual([exitCode, stdout], [2, ''], stderr);
    assert.match(stderr, message);
    assert.doesNotMatch(stderr, /\n {4}at /);
  });
}

test('without a database there is nothing to collide with, and that is said', async () => {
  await rm(join(site, 'machdb'), { recursive: true });
  const { exitCode, stdout, stderr } = await machdb('import', 'cluster-xml', 'cluster.xml');
  assert.equal(exitCode, 0);
  assert.match(stdout, /^node001:$/m);
  assert.match(stderr, /there is no machdb\/ here/);
  assert.deepEqual(await readdir(site), ['cluster.xml', 'site.yaml']);
});
