import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { KERNELS_FILE } from '../machine/machine-state.ts';
import { readStartedKernels, withRunning, writeStartedKernels } from './started-kernels.ts';

test('starts, one after the other', () => {
  let started = withRunning({}, '6.1');
  assert.deepEqual(started, { last: '6.1' });
  assert.equal(withRunning(started, '6.1'), started);
  started = withRunning(started, '6.2');
  assert.deepEqual(started, { last: '6.2', before: '6.1' });
  assert.deepEqual(withRunning(withRunning(started, '6.2'), '6.1'), { last: '6.1', before: '6.2' });
  // Another system's kernel runs.
  assert.equal(withRunning(started, undefined), started);
});

test('what is written is read; what is damaged says nothing', async () => {
  const root = await mkdtemp(join(tmpdir(), 'gutinteg-started-'));
  try {
    assert.deepEqual(await readStartedKernels(root), {});
    for (const started of [{ last: '6.1' }, { last: '6.2', before: '6.1' }]) {
      await writeStartedKernels(root, started);
      assert.deepEqual({ before: undefined, ...(await readStartedKernels(root)) }, { before: undefined, ...started });
    }
    await mkdir(dirname(join(root, KERNELS_FILE)), { recursive: true });
    for (const text of ['', '{"format":1,"last":', '{"format":2,"last":"6.1"}', '{"format":1,"last":7}']) {
      await writeFile(join(root, KERNELS_FILE), text);
      assert.deepEqual(await readStartedKernels(root), {}, text);
    }
  } finally {
    await rm(root, { recursive: true });
  }
});
