// `gutinteg explain HOST PATH` on the example site: why a file is as it is, down to the line of the database.
import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { makeSmallSite } from '../helpers/small-site.ts';

const stack = new AsyncDisposableStack();
after(async () => stack.disposeAsync());
const site = await makeSmallSite(stack);
const explain = async (...words: string[]) => site.run('gutinteg', 'explain', ...words, '--state', site.stateDir);

/** The line that each `FILE:NUMBER` of the text names, read from the file itself. */
async function placesIn(text: string): Promise<string[]> {
  const places = [...text.matchAll(/(\S+\.db):(\d+)/g)];
  return Promise.all(
    places.map(
      async ([, file = '', line]) => (await readFile(file, 'utf8')).split('\n')[Number(line) - 1]?.trim() ?? '',
    ),
  );
}

test('a template: its package, its lines, and where each value was written', async () => {
  const { exitCode, stdout } = await explain('lab01', '/etc/motd');
  assert.equal(exitCode, 0);
  assert.match(stdout, /^\/etc\/motd: motd\n {4}priority 50: no other package has it\n/);
  assert.match(stdout, /\n {4}file 0644 0:0 [0-9a-f]{12}, from the template etc\/motd\.plprocess\n/);
  const source = (await readFile(join(site.siteDir, 'packages/motd/etc/motd.plprocess'), 'utf8')).split('\n');
  const uses = [...stdout.matchAll(/line (\d+): (##\w+##) inside the line becomes "(.*)"/g)];
  assert.deepEqual(
    uses.map(([, , variable, value]) => [variable, value]),
    [
      ['##HOSTNAME##', 'lab01'],
      ['##LOCATION##', 'Room A, first floor'],
      ['##PRINTER##', 'printer-a'],
    ],
  );
  for (const [, line, variable] of uses) assert(source[Number(line) - 1]?.includes(variable ?? '?'));
  assert.deepEqual(await placesIn(stdout), [
    'LOCATION="Room A, first floor"',
    'PRINTER=printer-a',
    'PACKAGES=base motd ssh',
    'PACKAGES+=console-autologin',
  ]);
});

test('a variable at the start of a line that is not defined stays', async () => {
  const { stdout } = await explain('lab01', 'etc/lab-services.conf');
  assert.match(stdout, /line 3: ##PRINTSERVER## at the start of the line is not defined: it stays, as a comment/);
});

test('a rendered file names the variables that decide it; fstab its PARTITION', async () => {
  const hosts = await explain('lab01', '/etc/hosts');
  assert.match(hosts.stdout, /^\/etc\/hosts: @generated\n/);
  assert.deepEqual(await placesIn(hosts.stdout), ['DOMAIN=lab.example', 'IP=10.77.0.101']);
  const fstab = await explain('lab01', '/etc/fstab');
  assert.match((await placesIn(fstab.stdout)).join(), /^PARTITION="disk0: /);
});

test('who gives way, and what the object says over its parents', async () => {
  const tree = join(site.siteDir, 'packages/motd');
  await mkdir(join(tree, 'etc'), { recursive: true });
  await writeFile(join(tree, 'etc/passwd'), 'root::0:0::/:/bin/sh\n');
  const { stdout } = await explain('lab04', '/etc/passwd');
  assert.match(stdout, /^\/etc\/passwd: motd\n {4}priority 50: priority 50 is above 0\n/);
  assert.match(stdout, /\n {4}debian-12-amd64 \(priority 0\) is overridden: file 0644 0:0 [0-9a-f]{12}\n/);
  const motd = await explain('lab04', '/etc/motd');
  assert.match(motd.stdout, /PRINTER="printer-a"\n.*room-b.*set to "printer-b"\n.*lab04.*instead of "printer-b"/);
});

test('JSON has the same, with the steps of each variable', async () => {
  const { stdout } = await explain('lab01', '/etc/issue', '--json');
  const answer = JSON.parse(stdout) as Record<string, unknown> & {
    template: { variable: string; line: number; leading: boolean; value: string }[];
    variables: { variable: string; value: string; steps: { object: string; line: number }[] }[];
  };
  assert.deepEqual(
    [answer['host'], answer['path'], answer['owner'], answer['class']],
    ['lab01', '/etc/issue', 'base', 'package'],
  );
  assert.deepEqual(
    answer.template.map(({ variable, line, leading, value }) => [variable, line, leading, value]),
    [
      ['HOSTNAME', 1, true, 'lab01'],
      ['DOMAIN', 1, false, 'lab.example'],
    ],
  );
  assert.equal(answer.variables.find(({ variable }) => variable === 'DOMAIN')?.steps[0]?.object, 'lab-network');
});

test('a path that nobody has, a machine that nobody knows', async () => {
  const near = await explain('lab01', '/etc/mot');
  assert.deepEqual([near.exitCode, near.stdout], [1, '']);
  assert.match(near.stderr, /^no package of lab01 has \/etc\/mot, so no run touches it; near it are \/etc\/motd\n/);
  assert.match(near.stderr, /try: gutinteg explain lab01 \/etc\/motd\n/);
  const link = await explain('kiosk1', '/etc/no-such-thing');
  assert.equal(link.exitCode, 1);
  const nobody = await explain('nobody', '/etc/motd');
  assert.deepEqual([nobody.exitCode, nobody.stdout], [2, '']);
  assert.match(nobody.stderr, /the database has no machine nobody/);
});

test('an undefined variable is explained, not only refused', async () => {
  const undo = await site.edit('packages/motd/etc/motd.plprocess', '##PRINTER##', '##NOWHERE##');
  const { exitCode, stdout } = await explain('lab01', '/etc/motd');
  assert.equal(exitCode, 0);
  assert.match(stdout, /##NOWHERE## inside the line is not defined: a fault/);
  await undo();
});
