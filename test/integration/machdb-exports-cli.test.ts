// `machdb export` as a user runs it: files that are written only when there is news, and what is refused.
import assert from 'node:assert/strict';
import { lstat, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { runCommand } from '../../lib/run-command.ts';

const root = join(import.meta.dirname, '../..');
const zones = 'z:\n ZONE=lab.example o.example 77.10.in-addr.arpa\n NS=ns.x.example\n';

let site: string;
beforeEach(async () => {
  site = await mkdtemp(join(tmpdir(), 'machdb-export-'));
  await mkdir(join(site, 'machdb'));
});
afterEach(() => rm(site, { recursive: true }));

async function describe(ip: string, more = ''): Promise<void> {
  await writeFile(join(site, 'machdb/x.db'), `${zones}a:\n DOMAIN=lab.example\n IP=${ip}\n${more}`);
}

function machdbExport(...args: string[]) {
  return runCommand([join(root, 'bin/machdb'), 'export', ...args], { cwd: site, okExitCodes: [0, 1, 2, 3] });
}

test('--output writes when there is news, says so, and leaves the file alone otherwise', async () => {
  const out = ['dns', '--zone', 'lab.example', '--output', 'zone'];
  await describe('10.77.0.1');
  const first = await machdbExport(...out, '--serial', '3000000000');
  assert.equal(first.stdout, 'wrote zone, serial 3000000000\n', first.stderr);
  const before = await stat(join(site, 'zone'));
  assert.deepEqual(await machdbExport(...out), { exitCode: 0, stdout: '', stderr: '' });
  const after = await stat(join(site, 'zone'));
  assert.deepEqual([after.mtimeMs, after.ino], [before.mtimeMs, before.ino]);

  await describe('10.77.0.2');
  assert.equal((await machdbExport(...out)).stdout, 'wrote zone, serial 3000000001\n');
  const text = await readFile(join(site, 'zone'), 'utf8');
  assert.match(text, /^ {4}3000000001 ; serial\n.*^a IN A 10\.77\.0\.2$/ms);
  assert.deepEqual((await readdir(site)).sort(), ['machdb', 'zone'], 'no temporary file is left');
});

test('a fault writes and prints nothing, and the old file stays', async () => {
  await describe('10.77.0.1');
  await machdbExport('hosts', '--output', 'hosts');
  const before = await readFile(join(site, 'hosts'), 'utf8');
  await describe('10.77.0.2', 'b:\n IP=10.77.0.3\n X=${Y}\nc:\n IP=1\n');
  for (const args of [['hosts'], ['hosts', '--output', 'hosts']]) {
    const said = await machdbExport(...args);
    assert.deepEqual([said.exitCode, said.stdout], [2, '']);
    assert.match(said.stderr, /x\.db:9: error: b: X refers to \$\{Y\}, which is not set/);
  }
  assert.equal(await readFile(join(site, 'hosts'), 'utf8'), before);
});

test('a link stays a link, and permission bits stay', async () => {
  await describe('10.77.0.1');
  await mkdir(join(site, 'etc'));
  await writeFile(join(site, 'etc/hosts'), '', { mode: 0o600 });
  await symlink('etc/hosts', join(site, 'hosts'));
  await machdbExport('hosts', '--output', 'hosts');
  assert.ok((await lstat(join(site, 'hosts'))).isSymbolicLink());
  assert.equal((await stat(join(site, 'etc/hosts'))).mode & 0o777, 0o600);
  assert.match(await readFile(join(site, 'etc/hosts'), 'utf8'), /^10\.77\.0\.1 a\.lab\.example a$/m);
});

test('--output-dir writes every zone of its kind; a fault in one leaves all', async () => {
  await describe('10.77.0.1');
  const forward = await machdbExport('dns', '--output-dir', '.', '--serial', '7');
  assert.equal(forward.stdout, 'wrote lab.example.zone, serial 7\nwrote o.example.zone, serial 7\n');
  const reverse = await machdbExport('reverse-dns', '--output-dir', '.', '--serial', '7');
  assert.equal(reverse.stdout, 'wrote 77.10.in-addr.arpa.zone, serial 7\n');
  await describe('10.77.0.2', 'b:\n DOMAIN=o.example\n IP=10.77.0.3\n MX=none\n');
  assert.equal((await machdbExport('dns', '--output-dir', '.')).exitCode, 2);
  assert.match(await readFile(join(site, 'lab.example.zone'), 'utf8'), /10\.77\.0\.1\n/);
});

test('--previous: the serial of a zone that was kept elsewhere goes on', async () => {
  await describe('10.77.0.1');
  await writeFile(join(site, 'old'), '@ SOA a. b. (2026112105 1 1 1 1)\n');
  const args = ['dns', '--zone', 'lab.example', '--previous', 'old'];
  assert.match((await machdbExport(...args)).stdout, /^ +2026112106 ; serial$/m);
  assert.equal((await machdbExport(...args, '--output', 'new')).stdout, 'wrote new, serial 2026112106\n');
});

const refused: [args: string[], exitCode: number, says: RegExp][] = [
  [['nonsense'], 2, /Allowed choices are dns, reverse-dns, hosts/],
  [['hosts', '--zone', 'x'], 2, /hosts has no zones/],
  [['dns', '--network', '10.0.0.0/8'], 2, /--network means nothing to dns/],
  [['json', '--serial', '7'], 2, /json carries no serial number/],
  [['dns', '--serial', '4294967296'], 2, /'4294967296' is not a serial number/],
  [['dns', '--zone', 'o.example', '--previous', 'machdb/x.db'], 2, /the old version of the zone has no SOA record/],
  [['dns', '--zone', 'o.example', '--previous', 'gone'], 2, /there is no gone/],
  [['dns', '--zone', 'o.example', '--output', 'machdb'], 1, /cannot read machdb/],
  [['hosts', '--output', 'none/hosts'], 1, /cannot write none\/hosts; what was there before is unchanged/],
  [['hosts', '--output-dir', '.'], 2, /hosts is one file/],
  [['dns', '--output-dir', '.', '--zone', 'o.example'], 2, /--output-dir writes every zone/],
  [['dns'], 2, /several zones: lab\.example, o\.example/],
];
for (const [args, exitCode, says] of refused) {
  test(`machdb export ${args.join(' ')}: ${exitCode}`, async () => {
    await describe('10.77.0.1');
    const said = await machdbExport(...args);
    assert.deepEqual([said.exitCode, said.stdout], [exitCode, '']);
    assert.match(said.stderr, says);
  });
}

test('a reader that has had enough ends the export without a word', async () => {
  const machines = Array.from({ length: 5000 }, (_, index) => `m${index}:\n IP=10.0.0.1\n NOTE=${'x'.repeat(80)}\n`);
  await describe('10.77.0.1', machines.join(''));
  const script = '"$1" export json | head -c 10';
  const said = await runCommand(['bash', '-o', 'pipefail', '-c', script, 'bash', join(root, 'bin/machdb')], {
    cwd: site,
  });
  assert.deepEqual([said.stdout, said.stderr], ['{\n"a": {"H', '']);
});
