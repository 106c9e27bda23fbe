// Inventories in the hands of ansible: as a file, and from a script.
import assert from 'node:assert/strict';
import { access, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import * as fc from 'fast-check';
import { runCommand } from '../../lib/run-command.ts';
import { exportSound, hostileText } from './machdb-exports-lab.ts';

const root = join(import.meta.dirname, '../..');
const MACHINES = 200;
const head =
  'all:\nsite-wide: all\nroom-a: site-wide\nnet: site-wide\n2nd.floor: net\nupstairs: 2nd.floor\n    IP=10.0.0.9\n    NOTE=x\n';
const groups = ['_2nd_floor', '_all', 'all', 'net', 'room_a', 'site_wide'];

let dir: string;
let file: string;
let script: string;
let records: ReadonlyMap<string, Readonly<Record<string, string>>>;

const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31));
process.stdout.write(`# SEED=${seed}\n`);

before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'machdb-ansible-'));
  const texts = fc.sample(fc.tuple(hostileText, hostileText), { numRuns: MACHINES, seed });
  const machines = texts.map(([NOTE, PACKAGES], index) => ({
    name: `m${index}`,
    variables: { IP: '10.0.0.1', NOTE, PACKAGES },
  }));
  const dynamic = exportSound('ansible', { head, machines });
  const fixed = exportSound('ansible-static', { head, machines });
  records = dynamic.records;
  assert.equal(records.size, MACHINES);
  file = join(dir, 'inventory.json');
  script = join(dir, 'inventory');
  await writeFile(join(dir, 'printed'), dynamic.text);
  await writeFile(file, fixed.text);
  await writeFile(script, `#!/bin/sh\nexec cat ${join(dir, 'printed')}\n`, { mode: 0o755 });
});
after(() => rm(dir, { recursive: true }));

/** ansible on the side of the controller only, with nothing of this user's. */
function ansible(program: string, ...args: string[]) {
  return runCommand([program, ...args], {
    cwd: dir,
    env: { HOME: dir, ANSIBLE_LOCALHOST_WARNING: 'false', LC_ALL: 'C.UTF-8' },
  });
}

/** ansible prints text that is no template as an object of its own. */
function unwrap(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  return entries[0]?.[0] === '__ansible_unsafe'
    ? entries[0][1]
    : Object.fromEntries(entries.map(([k, v]) => [k, unwrap(v)]));
}

for (const kind of ['script', 'file'] as const) {
  test(`ansible-inventory gives back every group and every value from a ${kind}`, async () => {
    const inventory = kind === 'script' ? script : file;
    const { stdout, stderr } = await ansible('ansible-inventory', '-i', inventory, '--list');
    assert.equal(stderr, '', 'no warnings');
    const { _meta, ...read } = JSON.parse(stdout) as { _meta: { hostvars: Record<string, unknown> } };
    const { upstairs, ...hostvars } = unwrap(_meta.hostvars) as Record<string, unknown>;
    assert.deepEqual(hostvars, Object.fromEntries(records));
    assert.deepEqual(upstairs, { HOSTNAME: 'upstairs', IP: '10.0.0.9', NOTE: 'x' });
    assert.deepEqual(Object.keys(read).sort(), groups);
    const net = (read as Record<string, { children?: string[]; hosts?: string[] }>)['net'];
    assert.deepEqual([net?.children, net?.hosts], [['_2nd_floor'], [...records.keys()]]);

    const one = await ansible('ansible-inventory', '-i', inventory, '--host', 'm7');
    assert.deepEqual(unwrap(JSON.parse(one.stdout)), records.get('m7'));
  });

  test(`a play sees the plain text of every value from a ${kind}`, async () => {
    const play = join(dir, 'play.json');
    const out = join(dir, `${kind}.json`);
    const content = "{{ dict(groups['net'] | zip(groups['net'] | map('extract', hostvars, 'NOTE'))) | to_json }}";
    const task = { 'ansible.builtin.copy': { content, dest: out } };
    const base = { hosts: 'upstairs', connection: 'local', gather_facts: false, tasks: [task] };
    await writeFile(play, JSON.stringify([{ ...base, vars: { ansible_python_interpreter: '/usr/bin/python3' } }]));
    await ansible('ansible-playbook', '-i', kind === 'script' ? script : file, play);
    const { upstairs: _, ...read } = JSON.parse(await readFile(out, 'utf8')) as Record<string, string>;
    assert.deepEqual(read, Object.fromEntries([...records].map(([name, { NOTE }]) => [name, NOTE])));
  });
}

test('a template in a value is not run', async () => {
  const mark = join(dir, 'mark');
  const site = join(dir, 'site');
  await mkdir(join(site, 'machdb'), { recursive: true });
  await writeFile(join(site, 'machdb/x.db'), `a:\n  IP=10.0.0.1\n  NOTE="{{ lookup('pipe', 'touch ${mark}') }}"\n`);
  const own = join(dir, 'own');
  const command = `#!/bin/sh\nexec ${join(root, 'bin/machdb')} export ansible --site ${site}\n`;
  await writeFile(own, command, { mode: 0o755 });
  const { stdout } = await ansible(
    'ansible',
    '-i',
    own,
    'a',
    '-c',
    'local',
    '-m',
    'ansible.builtin.debug',
    '-a',
    'var=NOTE',
  );
  assert.match(stdout, /lookup\('pipe'/);
  await assert.rejects(access(mark));
});
