import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JobHostState } from '../../../contract/fleet/jobs/job.ts';
import { standInClient } from '../../../fleet/testing/stand-in-client.ts';
import { sampleCounts, sampleJob } from './sample-job.ts';
import { exitCodeOfJob, troubleLines, watchJob } from './watch-job.ts';

test('the exit code says whether all is as wanted, something is not, or it was stopped', () => {
  for (const state of ['halted', 'cancelled', 'planned'] as const) {
    assert.equal(exitCodeOfJob({ state, counts: sampleCounts({ done: 3 }) }), 1, state);
  }
  assert.equal(exitCodeOfJob({ state: 'done', counts: sampleCounts({ done: 3 }) }), 0);
  for (const state of ['failed', 'lost', 'refused', 'skipped'] as const) {
    assert.equal(exitCodeOfJob({ state: 'done', counts: sampleCounts({ done: 3, [state]: 1 }) }), 3, state);
  }
});

test('a job is watched until nothing goes on by itself', async () => {
  const states = ['running', 'halted'] as const;
  let at = 0;
  const { client } = standInClient({
    job: () => sampleJob({ state: states[at++] ?? 'done', counts: sampleCounts({}) }),
  });
  assert.equal((await watchJob(client, 7)).state, 'halted');
});

test('whoever waits for so long and no longer is told what the job does', async () => {
  const host = {
    host: 'web1',
    id: '',
    ring: 1,
    state: 'waiting',
    reason: 'its check-in, which is due at 17:05',
    since: 0,
  };
  const { client } = standInClient({
    job: () => sampleJob({ state: 'running' }),
    'job-hosts': () => ({ total: 1, hosts: [host] }),
  });
  await assert.rejects(
    watchJob(client, 7, -1),
    /job 7 is still running.*web1 waits: its check-in, which is due at 17:05/,
  );
});

test('of hosts in trouble, the first are shown in full, and the others are counted', async () => {
  const { client } = standInClient({
    'job-hosts': ({ state, limit }: { readonly state: JobHostState; readonly limit: number }) => ({
      total: 12,
      hosts: Array.from({ length: limit }, (_, index) => ({
        host: `web${index}`,
        id: '',
        ring: 0,
        state,
        reason: 'the disk is full\nand no package was changed',
        since: Date.now(),
      })),
    }),
  });
  const lines = await troubleLines(client, sampleJob({ counts: sampleCounts({ failed: 12, done: 4 }) }));
  assert.deepEqual(lines.slice(0, 3), [
    'NOT AS WANTED:',
    '  web0 failed, 0 s ago: the disk is full',
    '    and no package was changed',
  ]);
  assert.equal(lines.at(-1), '  2 more failed hosts: gutinteg fleet job 7 --only failed');
  assert.equal(lines.length, 22);
  const cancelled = sampleJob({ state: 'cancelled', counts: sampleCounts({ skipped: 9 }) });
  assert.deepEqual(await troubleLines(client, cancelled), []);
});
