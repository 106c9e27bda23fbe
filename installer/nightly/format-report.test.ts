import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Report } from '../../contract/report.ts';
import { exitCodeOf, formatReport } from './format-report.ts';

const REPORT: Report = {
  run: 'partial',
  generation: 'abcdef0123456789'.repeat(4),
  bootId: 'boot',
  ok: true,
  seconds: 1.26,
  changes: [],
  changedTotal: 0,
  errors: [],
  notices: [],
};
const CHANGE = { path: '/etc/motd', action: 'replaced', why: 'was changed on this machine' } as const;
const AWAY = { sinceMs: Date.UTC(2026, 0, 2, 3, 4, 5) };

test('the exit code says what the text says', () => {
  const changed = { ...REPORT, changes: [CHANGE], changedTotal: 1 };
  assert.equal(exitCodeOf(REPORT, 'run'), 0);
  assert.equal(exitCodeOf(changed, 'run'), 0);
  assert.equal(exitCodeOf(changed, 'dry-run'), 3);
  assert.equal(exitCodeOf(changed, 'check-only'), 3);
  assert.equal(exitCodeOf(REPORT, 'check-only'), 0);
  assert.equal(exitCodeOf({ ...REPORT, serverAway: AWAY }, 'run'), 4);
  // What is not right weighs more than the server's absence.
  assert.equal(exitCodeOf({ ...REPORT, ok: false, serverAway: AWAY }, 'run'), 1);
  assert.equal(exitCodeOf({ ...changed, ok: false }, 'dry-run'), 1);
});

test('a report as text', () => {
  const report = { ...REPORT, ok: false, changes: [CHANGE], changedTotal: 3, errors: ['bad'], notices: ['so'] };
  assert.equal(
    formatReport({ ...report, serverAway: AWAY }, 'run'),
    `replaced /etc/motd: was changed on this machine
… and 2 more
error: bad
note: so
the server has been away since 2026-01-02T03:04:05.000Z: checked against generation abcdef012345; the report waits for a run that reaches it
3 paths changed in 1.3 s
`,
  );
  assert.match(formatReport({ ...REPORT, changedTotal: 1 }, 'dry-run'), /^1 path would change in/m);
  assert.match(formatReport(REPORT, 'check-only'), /checked against generation abcdef012345, the last one installed/);
});

test('names cannot steer the terminal', () => {
  const text = formatReport(
    { ...REPORT, changes: [{ ...CHANGE, path: '/etc/\u001b[2J\u0007' }], changedTotal: 1 },
    'run',
  );
  assert.match(text, /\/etc\/\?\[2J\?:/);
});
