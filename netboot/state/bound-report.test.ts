import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reportSchema } from '../../contract/report.ts';
import type { Report } from '../../contract/report.ts';
import { boundReport } from './bound-report.ts';

const SMALL: Report = {
  run: 'partial',
  generation: 'a'.repeat(64),
  bootId: 'b',
  ok: false,
  seconds: 1,
  changes: [{ path: '/etc/motd', action: 'replaced', why: 'contents' }],
  changedTotal: 1,
  errors: ['one'],
  notices: [],
};

test('an ordinary report is kept as it is', () => {
  assert.equal(boundReport(SMALL), SMALL);
});

const nasty = (length: number): string => '\u0001'.repeat(length);
const command = {
  argv: [nasty(4096)],
  why: nasty(2000),
  outcome: 'done' as const,
  ending: '',
  seconds: 1,
  output: nasty(8192),
};
const system = {
  hostname: 'q',
  kernel: 'k',
  findmnt: nasty(4_000_000),
  lsblk: null,
  swapon: null,
  fstab: nasty(65_536),
};
const LARGE: Report = {
  ...SMALL,
  changes: Array.from({ length: 1000 }, () => ({ path: nasty(4096), action: 'created' as const, why: nasty(500) })),
  changedTotal: 70_000,
  errors: Array.from({ length: 100 }, () => nasty(8000)),
  notices: Array.from({ length: 100 }, () => nasty(2000)),
  commands: Array.from({ length: 100 }, () => command),
  system,
};
const CASES: readonly [string, Report][] = [
  ['much output', { ...SMALL, commands: Array.from({ length: 100 }, () => command) }],
  ['many facts', { ...SMALL, system }],
  ['as much as the schema allows', LARGE],
];
for (const [name, report] of CASES) {
  test(`a report with ${name} is cut to a mebibyte, says so, and is still a report`, () => {
    const kept = boundReport(report);
    assert(Buffer.byteLength(JSON.stringify(kept)) <= 1024 * 1024);
    assert.match(kept.notices.at(-1) ?? '', /^this report had \d+ bytes; the server left out /);
    assert.equal(reportSchema.safeParse(kept).success, true);
    assert.deepEqual([kept.changedTotal, kept.ok], [report.changedTotal, report.ok]);
  });
}
