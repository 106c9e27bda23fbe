import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import type { Medium, MediumMachine } from '../../contract/medium.ts';
import { storedDiskRecordSchema } from '../../contract/disk-record.ts';
import { parseEvents } from '../../contract/events.ts';
import { leaveOnTarget } from './leave-on-target.ts';
import { createMediumClient } from './medium-client.ts';
import { readMedium } from './read-medium.ts';

const machineId = '0b6f1d52-6a0e-4c3b-9a57-3f0d8c2e1a41';
const digest = 'c'.repeat(64);
const machine: MediumMachine = {
  macs: ['52:54:00:12:34:56'],
  token: 'ab'.repeat(32),
  lookup: {
    machineId,
    name: 'q-bert',
    generation: digest,
    record: {},
    image: { name: 'i', manifest: digest },
    packages: [],
  },
};
const medium: Medium = {
  format: 1,
  buildId: '0123456789abcdef',
  serverUrl: 'http://10.77.0.1:8080',
  machines: [machine],
};

function directoryWith(stack: DisposableStack, files: Readonly<Record<string, string>>): string {
  const dir = mkdtempSync(join(tmpdir(), 'medium-'));
  stack.defer(() => rmSync(dir, { recursive: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  }
  return dir;
}

test('a medium answers like a server, and keeps what it is told', async () => {
  using stack = new DisposableStack();
  const dir = directoryWith(stack, { [`gutinteg/store/packs/${digest}`]: 'pack' });
  const { client, kept } = createMediumClient(dir, machine);
  assert.deepEqual(await client.lookup('52:54:00:12:34:56'), machine.lookup);
  assert.equal(Buffer.from(await client.storeFile(`packs/${digest}`)).toString(), 'pack');
  await assert.rejects(client.storeFile('packs/none'), /reading packs\/none of the medium/);
  assert.deepEqual(await client.recordedData(machineId), []);
  await client.saveDisks(machineId, { disks: [], data: [] });
  await client.sendEvents(machineId, [
    { kind: 'message', text: 'hello' },
    { kind: 'step-progress', step: 'files', doneBytes: 1, totalBytes: 2 },
  ]);
  for (let sent = 0; sent < 3000; sent += 1) await client.sendEvents(machineId, [{ kind: 'message', text: `${sent}` }]);
  assert.equal(kept.events.length, 2000);
  assert.deepEqual(kept.events.at(-1), { kind: 'message', text: '2999' });
});

test('the installed system has the mark, and what the server is told later, readable by root alone', async () => {
  using stack = new DisposableStack();
  const root = directoryWith(stack, {});
  const { client, kept } = createMediumClient(root, machine);
  await client.saveDisks(machineId, { disks: [], data: [] });
  await client.sendEvents(machineId, [{ kind: 'message', text: 'hello' }]);
  await leaveOnTarget(root, medium.buildId, { machineId, kept });
  assert.equal(readFileSync(join(root, 'boot/gutinteg/medium-0123456789abcdef'), 'utf8'), '');
  const read = (name: string): unknown => JSON.parse(readFileSync(join(root, 'var/lib/gutinteg', name), 'utf8'));
  assert.deepEqual(parseEvents({ events: read('medium-events.json') }, 'test'), [{ kind: 'message', text: 'hello' }]);
  assert.deepEqual(storedDiskRecordSchema.parse(read('disks-before.json')).machineId, machineId);
  for (const name of ['medium-events.json', 'disks-before.json']) {
    assert.equal(statSync(join(root, 'var/lib/gutinteg', name)).mode & 0o777, 0o600);
  }
});

test('a medium is read only if it is the build that was started', async () => {
  using stack = new DisposableStack();
  const dir = directoryWith(stack, { 'gutinteg/medium.json': JSON.stringify(medium) });
  assert.deepEqual(await readMedium(dir, medium.buildId), medium);
  await assert.rejects(
    readMedium(dir, 'f'.repeat(16)),
    /started from build f{16}, but this medium is build 0123456789abcdef/,
  );
  await assert.rejects(
    readMedium('/nowhere', medium.buildId),
    /reading \/nowhere\/gutinteg\/medium\.json of the medium/,
  );
  writeFileSync(
    join(dir, 'gutinteg/medium.json'),
    JSON.stringify({ ...medium, machines: [{ ...machine, token: 'x' }] }),
  );
  await assert.rejects(readMedium(dir, medium.buildId), /machines\.0\.token/);
});
