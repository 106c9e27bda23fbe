import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLog } from './log.ts';
import { createLimitedLog } from './limited-log.ts';

type Line = Record<string, unknown>;

function setUp() {
  const clock = { ms: 0 };
  const lines: Line[] = [];
  const log = createLog('test', 'silent');
  log.warn = ((fields: Line, message: string) => void lines.push({ ...fields, message })) as typeof log.warn;
  return { clock, lines, limited: createLimitedLog(log, () => clock.ms) };
}

test('a key is logged once an hour, with how often it came in between', () => {
  const { clock, lines, limited } = setUp();
  for (let time = 0; time < 10; time += 1) limited.once('key', 'dropped', { from: '10.0.0.1' });
  clock.ms += 3600_000;
  limited.once('key', 'dropped', { from: '10.0.0.1' });
  assert.deepEqual(lines, [
    { from: '10.0.0.1', message: 'dropped' },
    { from: '10.0.0.1', repeated: 9, message: 'dropped' },
  ]);
  assert.equal(limited.leftOut(), 9);
});

test('a flood of keys is logged at a bounded rate, says how much it left out, and brings no old line back', () => {
  const { clock, lines, limited } = setUp();
  limited.once('old', 'old');
  for (let key = 0; key < 100_000; key += 1) limited.once(`key ${key}`, 'new');
  assert.equal(lines.length, 50);
  clock.ms += 10_000;
  for (let key = 0; key < 100; key += 1) limited.once(`later ${key}`, 'later');
  assert.equal(lines.length, 60);
  assert.equal(lines[50]?.['unsaid'], 99_951);
  limited.once('old', 'old');
  assert.equal(lines.filter(({ message }) => message === 'old').length, 1);
  assert.equal(limited.leftOut(), 99_951 + 90 + 1);
});

test('what strangers wrote is short and has no control characters', () => {
  const { lines, limited } = setUp();
  limited.once('key', 'no file', { file: `\u001b[2J\u009b${'x'.repeat(5000)}` });
  const file = String(lines[0]?.['file']);
  assert(Buffer.byteLength(file) === 200 && !/\p{Cc}/u.test(file), file);
});
