import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openOrderLog } from './order-log.ts';

test('a log stays small, and its end can be shown', (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'order-log-'));
  t.after(() => rmSync(directory, { recursive: true }));
  using log = openOrderLog(directory, 'order');
  for (let line = 0; line < 50_000; line += 1) writeSync(log.file, `line ${line} ${'x'.repeat(90)}\n`);
  log.keepSmall();
  log.say('a last word');
  writeSync(log.file, 'progress 1 %\rprogress 100 %\r\n\u001b[31mred\u001b[0m\ttab\n');
  assert.ok(statSync(join(directory, 'order.log')).size < 600_000);
  const tail = log.tail();
  assert.ok(tail.length <= 16_000);
  assert.match(tail, /line 49999 x+\ngutinteg-fleet: a last word\nprogress 100 %\n\[31mred\[0m\ttab\n$/);
  assert.doesNotMatch(tail, /progress 1 %/);
});

test('the newest logs stay, and the one that is opened', (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'order-log-'));
  t.after(() => rmSync(directory, { recursive: true }));
  for (let number = 0; number < 30; number += 1) {
    writeFileSync(join(directory, `${number}.log`), '');
    utimesSync(join(directory, `${number}.log`), number, number);
  }
  using _log = openOrderLog(directory, '0');
  const names = readdirSync(directory).map((name) => Number(name.replace('.log', '')));
  assert.deepEqual(
    names.sort((left, right) => left - right),
    [0, ...Array.from({ length: 19 }, (_, index) => index + 11)],
  );
});
