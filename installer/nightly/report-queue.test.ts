import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { RefusedError, ServerAwayError } from '../../contract/client.ts';
import type { Report } from '../../contract/report.ts';
import { deliverReports, queueReport } from './report-queue.ts';

const report = (startedAtMs: number): Report => ({
  run: 'partial',
  generation: 'a'.repeat(64),
  bootId: 'boot',
  ok: true,
  seconds: 1,
  changes: [],
  changedTotal: 0,
  errors: [],
  notices: [],
  startedAtMs,
});

function machine(context: TestContext) {
  const root = mkdtempSync(join(tmpdir(), 'gutinteg-queue-'));
  context.after(() => rmSync(root, { recursive: true, force: true }));
  const dir = join(root, 'var/lib/gutinteg/reports');
  return { root, dir, names: () => readdirSync(dir).sort() };
}

test('reports are delivered in the order of their runs, and only the newest sixty wait', async (context) => {
  const { root, names } = machine(context);
  assert.deepEqual(await deliverReports(root, async () => assert.fail()), []);
  // The tenth of a second begins later than the ninth of all: by number, not by letter.
  for (let run = 70; run > 0; run -= 1) await queueReport(root, report(70 - run + 95));
  assert.equal(names().length, 60);
  const sent: number[] = [];
  await deliverReports(root, async ({ startedAtMs = 0 }) => void sent.push(startedAtMs));
  assert.deepEqual(
    sent,
    Array.from({ length: 60 }, (_, index) => index + 105),
  );
  assert.deepEqual(names(), []);
});

test('what is refused or unreadable is given up with a notice; what was not sent stays', async (context) => {
  const { root, dir, names } = machine(context);
  for (const startedAtMs of [1, 2, 3, 4]) await queueReport(root, report(startedAtMs));
  writeFileSync(join(dir, '0000000000000001.json'), 'not JSON');
  writeFileSync(join(dir, 'notes.txt'), 'not ours');
  const sent: number[] = [];
  const send = async ({ startedAtMs = 0 }: Report): Promise<void> => {
    if (startedAtMs === 2) throw new RefusedError('POST', 413, 'too large');
    if (startedAtMs === 4) throw new ServerAwayError('no answer');
    sent.push(startedAtMs);
  };
  await assert.rejects(deliverReports(root, send), ServerAwayError);
  assert.deepEqual(sent, [3]);
  assert.deepEqual(names(), ['0000000000000004.json', 'notes.txt']);
  await queueReport(root, report(2));
  const notices = await deliverReports(root, async ({ startedAtMs }) => {
    if (startedAtMs === 2) throw new RefusedError('POST', 413, 'too large');
  });
  assert.equal(notices.length, 1);
  assert.match(notices[0] ?? '', /a report that waited was given up: POST: the server answered 413: too large/);
  assert.deepEqual(names(), ['notes.txt']);
});
