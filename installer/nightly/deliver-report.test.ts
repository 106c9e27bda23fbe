import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ServerAwayError } from '../../contract/client.ts';
import type { Report } from '../../contract/report.ts';
import { deliverReport } from './deliver-report.ts';
import type { PartialContext } from './run-context.ts';

const REPORT: Report = {
  run: 'partial',
  generation: 'a'.repeat(64),
  bootId: 'b',
  ok: true,
  seconds: 1,
  changes: [],
  changedTotal: 0,
  errors: [],
  notices: [],
};

test('a report that does not say when its run began waits since now, not since 1970', async (t) => {
  const root = mkdtempSync(join(tmpdir(), 'tell-server-'));
  t.after(() => rmSync(root, { recursive: true }));
  mkdirSync(join(root, 'var/lib/gutinteg'), { recursive: true });
  const nowMs = Date.parse('2026-11-30T03:00:00Z');
  const client = {
    sendReport: () => Promise.reject(new ServerAwayError('no answer')),
  } as unknown as PartialContext['client'];
  const context = { root, client, state: { machineId: 'm' }, now: () => nowMs } as unknown as PartialContext;
  const told = await deliverReport(context, REPORT);
  assert.deepEqual(told.serverAway, { sinceMs: nowMs });
});
