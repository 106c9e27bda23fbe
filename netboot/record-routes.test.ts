import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { z } from 'zod';
import { healthSchema } from '../contract/health.ts';
import type { DatabaseStatus, StateStatus } from '../contract/health.ts';
import { recordAnswerSchema } from '../contract/record.ts';
import { FAKE_MAC, createFakeSite } from './fake-machine-source.ts';
import { addRecordRoutes } from './servers/record-routes.ts';
import { createApp, serveHttp } from './servers/http.ts';

const RECORD = { HOSTNAME: 'q-bert', MAC: FAKE_MAC, IP: '10.77.0.9', LOCATION: 'hall', OWNER: 'ada', X_SECRET: 'abc' };

async function setUp(context: TestContext, publicVariables: readonly string[] = []) {
  const site = createFakeSite({ 'q-bert': { macs: [FAKE_MAC], record: RECORD } });
  const status: DatabaseStatus = { machines: 1, readAtMs: 5, version: 1, reading: false, fault: null };
  const state: StateStatus = { fault: null, lost: 0, linesLeftOut: 0, logLeftOut: 0, packetsDropped: 0 };
  const now = { status, state };
  const source = { records: site.source.records, databaseStatus: () => now.status };
  const app = createApp(
    () => {},
    (routes) => addRecordRoutes(routes, { source, publicVariables, stateStatus: () => now.state }),
  );
  const server = await serveHttp(app, { address: '127.0.0.1', port: 0 });
  context.after(() => server.close());
  const get = (path: string, headers: Record<string, string> = {}) =>
    fetch(`http://127.0.0.1:${server.port}/v1${path}`, { headers });
  return { get, site, now };
}

test('a record by MAC in any spelling, by name and by IP', async (context) => {
  const { get } = await setUp(context);
  for (const path of [
    `/records/by-mac/${FAKE_MAC}`,
    '/records/by-mac/5254.0012.3456',
    '/records/by-name/q-bert',
    '/records/by-ip/10.77.0.9',
  ]) {
    const answer = await get(path);
    assert.equal(answer.status, 200, path);
    assert.deepEqual(await answer.json(), {
      name: 'q-bert',
      record: { HOSTNAME: 'q-bert', MAC: FAKE_MAC, IP: '10.77.0.9' },
    });
  }
  for (const path of [
    '/records/by-mac/52:54:00:00:00:09',
    '/records/by-mac/x',
    '/records/by-name/constructor',
    '/records/by-ip/1',
  ]) {
    const answer = await get(path);
    assert.equal(answer.status, 404, path);
    assert.match(await answer.text(), /^\{"error":"no machine has the /);
  }
});

test('only what is public leaves the server; a secret never does', async (context) => {
  const some = await (await setUp(context, ['LOCATION', 'X_SECRET'])).get('/records/by-name/q-bert');
  const all = await (await setUp(context, ['*'])).get('/records/by-name/q-bert');
  const variables = async (answer: Response): Promise<string[]> =>
    Object.keys(recordAnswerSchema.parse(await answer.json()).record).sort();
  assert.deepEqual(await variables(some), ['HOSTNAME', 'IP', 'LOCATION', 'MAC']);
  assert.deepEqual(await variables(all), ['HOSTNAME', 'IP', 'LOCATION', 'MAC', 'OWNER']);
});

test('an unchanged record is answered with 304', async (context) => {
  const { get, site } = await setUp(context);
  const etag = (await get('/records/by-name/q-bert')).headers.get('etag') ?? assert.fail();
  for (const header of [etag, `"other", ${etag}`, `W/${etag}`, '*']) {
    const again = await get('/records/by-name/q-bert', { 'if-none-match': header });
    assert.deepEqual([again.status, await again.text(), again.headers.get('etag')], [304, '', etag], header);
  }
  assert.equal((await get('/records/by-name/q-bert', { 'if-none-match': '"other"' })).status, 200);
  site.edit('q-bert', { ...RECORD, IP: '10.77.0.10' });
  const edited = await get('/records/by-name/q-bert', { 'if-none-match': etag });
  assert.equal(edited.status, 200);
  assert.notEqual(edited.headers.get('etag'), etag);
});

test('health: degraded is still 200, and says nothing of files', async (context) => {
  const { get, now } = await setUp(context);
  const health = async () => {
    const answer = await get('/health');
    return { code: answer.status, ...healthSchema.parse(await answer.json()) };
  };
  const database = { machines: 1, readAtMs: 5, version: 1, reading: false };
  const { fault: _fault, ...counts } = now.state;
  const state = { ...counts, sound: true };
  assert.deepEqual(await health(), { code: 200, status: 'ok', database: { ...database, sound: true }, state });
  now.status = { ...now.status, fault: { sinceMs: 6, message: '/srv/site/machdb/a.db:1', hint: null } };
  assert.deepEqual(await health(), { code: 200, status: 'degraded', database: { ...database, sound: false }, state });
  now.status = { ...now.status, fault: null };
  now.state = {
    ...now.state,
    fault: { sinceMs: 6, message: '/srv/state/netboot.db is full', hint: 'df -h /srv' },
    lost: 3,
  };
  assert.deepEqual(await health(), {
    code: 200,
    status: 'degraded',
    database: { ...database, sound: true },
    state: { ...state, lost: 3, sound: false },
  });
  assert.doesNotMatch(await (await get('/health')).text(), /srv/);
});

test('the schema is that of the answers', async (context) => {
  const { get } = await setUp(context, ['*']);
  const schema: unknown = await (await get('/schema/record.json')).json();
  // zod reads its own JSON schema back; what it makes of it accepts what is served, and not more.
  const read = z.fromJSONSchema(schema as z.core.JSONSchema.JSONSchema);
  const answer: unknown = await (await get('/records/by-name/q-bert')).json();
  assert.equal(read.safeParse(answer).success, true);
  assert.equal(read.safeParse({ name: 'q-bert', record: { IP: 5 } }).success, false);
  assert.equal(read.safeParse({ name: 'q-bert', record: { NOTE: 'a\nb' } }).success, false);
});
