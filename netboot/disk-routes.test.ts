import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { createClient, RefusedError } from '../contract/client.ts';
import { MAX_DISK_RECORD_BYTES } from '../contract/disk-record.ts';
import { routes } from '../contract/routes.ts';
import { packRange } from '../contract/saved-range.ts';
import { MiB } from '../lib/bytes.ts';
import { fakeDiskRecord } from './fake-disk-record.ts';
import { createFakeSite, FAKE_MAC, FAKE_SITE_KEY, fakeDigest } from './fake-machine-source.ts';
import { getMachine } from './state/find-machines.ts';
import { armMachine } from './machines/arm-machine.ts';
import { beginAttempt } from './machines/attempts.ts';
import { applyOccurrence, createMachines, timelineOf } from './machines/machines.ts';
import { addDiskRoutes } from './servers/disk-routes.ts';
import { createApp, serveHttp } from './servers/http.ts';
import { createBodyReader } from './servers/read-body.ts';
import { createSendSigned } from './servers/send-signed.ts';
import { openDatabase } from './state/database.ts';
import { createDiskRecords } from './state/disk-records.ts';

async function setUp(context: TestContext) {
  const stateDir = await mkdtemp(join(tmpdir(), 'gutinteg-disks-'));
  context.after(() => rm(stateDir, { recursive: true, force: true }));
  const { source } = createFakeSite({
    'q-bert': { macs: [FAKE_MAC], record: {} },
    pacman: { macs: ['52:54:00:00:00:02'], record: {} },
  });
  const machines = createMachines({ database: openDatabase(':memory:'), source, attempts: 3 });
  const records = createDiskRecords(stateDir);
  const sendSigned = createSendSigned(FAKE_SITE_KEY.privateKey);
  const app = createApp(
    () => {},
    (added) => addDiskRoutes(added, { machines, records, readBody: createBodyReader(), sendSigned }),
  );
  const server = await serveHttp(app, { address: '127.0.0.1', port: 0 });
  context.after(() => server.close());
  const serverUrl = `http://127.0.0.1:${server.port}`;
  const { id } = (await armMachine(machines, 'q-bert')).row;
  const begin = () => {
    const token = beginAttempt(machines, getMachine(machines.table, id));
    return { token, client: createClient({ serverUrl, token, publicKeys: [FAKE_SITE_KEY.publicKey], patienceMs: 50 }) };
  };
  return { stateDir, machines, id, begin, serverUrl };
}

test('what an attempt has saved, the next one is told', async (context) => {
  const { machines, id, begin, stateDir } = await setUp(context);
  const first = begin().client;
  assert.deepEqual(await first.recordedData(id), []);
  await first.saveDisks(id, fakeDiskRecord('one'));
  const told = timelineOf(machines, getMachine(machines.table, id)).map(({ text }) => text);
  assert.deepEqual(await begin().client.recordedData(id), fakeDiskRecord('one').data);
  assert.deepEqual(await readdir(join(stateDir, 'disks', id)), ['1-1.json']);
  assert.ok(told.includes('the installer saved the tables of 1 disk as record 1; data: disk0/h'), told.join('\n'));
});

test('24 disks that nothing can compress fit', async (context) => {
  const { id, begin, stateDir } = await setUp(context);
  const { disks, data } = fakeDiskRecord();
  const ranges = [0, 63 * 1024 * MiB].map((offsetBytes) =>
    packRange({ what: 'table', offsetBytes }, new Uint8Array(randomBytes(MiB))),
  );
  const record = { disks: Array.from({ length: 24 }, () => ({ ...disks[0]!, ranges })), data };
  await begin().client.saveDisks(id, record);
  assert.deepEqual(await readdir(join(stateDir, 'disks', id)), ['1-1.json']);
});

test('who may save, and what', async (context) => {
  const { machines, id, begin, serverUrl, stateDir } = await setUp(context);
  const { row: other } = await armMachine(machines, 'pacman');
  const old = begin().token;
  const { token } = begin();
  const good = JSON.stringify(fakeDiskRecord());
  const huge = `"${'x'.repeat(MAX_DISK_RECORD_BYTES)}"`;
  const post = async (machineId: string, body: string, bearer?: string): Promise<number> => {
    const headers = { 'content-type': 'application/json', ...(bearer && { authorization: `Bearer ${bearer}` }) };
    const answer = await fetch(serverUrl + routes.disks(machineId), { method: 'POST', body, headers });
    return answer.status;
  };
  const disk = fakeDiskRecord().disks[0]!;
  const withDisk = (change: object): string => JSON.stringify({ disks: [{ ...disk, ...change }], data: [] });
  const statuses = {
    'no token': await post(id, good),
    'wrong token': await post(id, good, fakeDigest('0')),
    'a stranger, whose body is not read': await post(id, '{'),
    'token of a former attempt': await post(id, good, old),
    'another machine': await post(other.id, good, token),
    'no machine id': await post('..%2f..%2fetc', good, token),
    'not JSON': await post(id, '{', token),
    'no record': await post(id, '{}', token),
    'a negative offset': await post(id, withDisk({ ranges: [{ ...disk.ranges[0], offsetBytes: -1 }] }), token),
    'not base64': await post(id, withDisk({ ranges: [{ ...disk.ranges[0], bytes: '&' }] }), token),
    'sectors of 500 bytes': await post(id, withDisk({ logicalSectorBytes: 500 }), token),
    'too large': await post(id, huge, token),
  };
  assert.deepEqual(statuses, {
    'no token': 401,
    'wrong token': 401,
    'a stranger, whose body is not read': 401,
    'token of a former attempt': 401,
    'another machine': 401,
    'no machine id': 401,
    'not JSON': 400,
    'no record': 400,
    'a negative offset': 400,
    'not base64': 400,
    'sectors of 500 bytes': 400,
    'too large': 413,
  });
  assert.deepEqual(await readdir(stateDir), [], 'nothing was stored');
  for (const bearer of [undefined, fakeDigest('0'), old]) {
    const headers: Record<string, string> = bearer === undefined ? {} : { authorization: `Bearer ${bearer}` };
    assert.equal((await fetch(serverUrl + routes.recordedData(id), { headers })).status, 401);
  }
});

test('a machine that was disarmed meanwhile is stopped before its first write', async (context) => {
  const { machines, id, begin, stateDir } = await setUp(context);
  const { client } = begin();
  applyOccurrence(machines, id, { kind: 'disarmed', why: 'wrong machine' });
  await assert.rejects(client.saveDisks(id, fakeDiskRecord()), (error) => {
    assert(error instanceof RefusedError);
    assert.match(error.message, /409: .*this machine is failed, so no installation of it may begin/);
    return true;
  });
  assert.deepEqual(await readdir(stateDir), []);
});

test('what could not be stored, or cannot be read, is said and is no answer', async (context) => {
  const { machines, id, begin, stateDir } = await setUp(context);
  const { client } = begin();
  await client.saveDisks(id, fakeDiskRecord());
  await writeFile(join(stateDir, 'disks', id, '1-1.json'), '{');
  await assert.rejects(client.recordedData(id), /503: .*where the data partitions .*1-1\.json is not JSON/);
  await rm(join(stateDir, 'disks'), { recursive: true });
  await writeFile(join(stateDir, 'disks'), 'in the way');
  await assert.rejects(client.saveDisks(id, fakeDiskRecord()), /503: .*tables of the disks could not be stored/);
  const notes = timelineOf(machines, getMachine(machines.table, id)).filter(({ text }) =>
    text.includes('saved the tables'),
  );
  assert.equal(notes.length, 1);
});

test('HEAD of what was recorded: answered, and the attempt has not begun by it', async (context) => {
  const { machines, id, begin, serverUrl } = await setUp(context);
  const { token } = begin();
  const ask = (method: string) =>
    fetch(serverUrl + routes.recordedData(id), { method, headers: { authorization: `Bearer ${token}` } });
  assert.equal((await ask('HEAD')).headers.get('content-length'), '2');
  assert.equal(machines.boots.given(id), token, 'the same script would be given again');
  assert.equal(await (await ask('GET')).text(), '[]');
  assert.equal(machines.boots.given(id), undefined);
});
