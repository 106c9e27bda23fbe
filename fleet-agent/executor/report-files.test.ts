import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeResult } from './make-result.ts';
import { openReports } from './report-files.ts';

const nameOf = (index: number): string => `order-${index}`.padEnd(22, '_');

function openInOwnDirectory() {
  const cleanup = new DisposableStack();
  const directory = mkdtempSync(join(tmpdir(), 'reports-'));
  cleanup.defer(() => rmSync(directory, { recursive: true }));
  return { directory, reports: openReports(directory, undefined), [Symbol.dispose]: () => cleanup.dispose() };
}

test('the newest twenty results outlive their orders, so that an order that comes again has its own', () => {
  using place = openInOwnDirectory();
  for (let index = 0; index < 30; index += 1) {
    place.reports.end(nameOf(index), makeResult('done', ''));
    utimesSync(join(place.directory, `${nameOf(index)}.json`), index, index);
  }
  place.reports.dropOthers(new Set([nameOf(2)]));
  const kept = Array.from({ length: 30 }, (_, index) => index).filter((index) => place.reports.isEnded(nameOf(index)));
  assert.deepEqual(kept, [2, ...Array.from({ length: 20 }, (_, index) => 10 + index)]);
  assert.equal(readdirSync(place.directory).length, 21);
});

const cases = [
  ['done', true],
  ['failed', true],
  ['simulated', true],
  ['refused', false],
  ['missed', false],
] as const;

test('what was refused is judged anew, and what is under way has no result', () => {
  for (const [outcome, isKept] of cases) {
    using place = openInOwnDirectory();
    place.reports.end(nameOf(1), makeResult(outcome, ''));
    place.reports.progress(nameOf(2), { step: 'applying', text: '' });
    place.reports.dropOthers(new Set());
    assert.equal(readdirSync(place.directory).length, isKept ? 1 : 0, outcome);
  }
});
