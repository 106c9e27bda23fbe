import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { MARK, endMarked, listMarked, waitForMarked } from './marked-processes.ts';

/** A shell that starts a child in a session of its own, which ignores SIGTERM, and ends. */
const LEAVES = 'trap "" TERM; setsid sh -c "trap \\"\\" TERM; while :; do sleep 1; done" & echo left';

test('what a program leaves behind is found by its mark, whoever its parent is, and ended', async () => {
  const order = `test-${process.pid}`;
  const child = spawn('sh', ['-c', LEAVES], {
    env: { PATH: process.env['PATH'] ?? '', [MARK]: order },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await once(child.stdout, 'data');
  await once(child, 'exit');
  assert.ok(listMarked(order).length > 0);
  assert.deepEqual(listMarked(`${order}0`), []);
  const seen: number[] = [];
  const { ended } = await waitForMarked(order, {
    limitMs: 150,
    graceMs: 100,
    onWait: (who) => seen.push(who.length),
  });
  assert.ok(ended.some(({ name }) => name === 'sh'));
  assert.ok(seen.length > 0);
  assert.deepEqual(listMarked(order), []);
  assert.deepEqual((await waitForMarked(order, { limitMs: 0 })).ended, []);
  assert.deepEqual(await endMarked(order, 0), []);
});
