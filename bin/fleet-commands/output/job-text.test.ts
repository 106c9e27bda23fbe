import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jobSpecSchema } from '../../../contract/fleet/jobs/job.ts';
import { sampleCounts, sampleJob } from '../jobs/sample-job.ts';
import { jobCells, jobHostDetails, jobHostLines, jobLines, progressText } from './job-text.ts';
import type { JobHost } from './job-text.ts';

const NOW = 1_800_000_060_000;

const running = sampleJob({
  state: 'running',
  reason: 'it waits for 3 hosts',
  total: 110_000,
  budget: 1100,
  startedAt: 1_800_000_000_000,
  counts: sampleCounts({ done: 2310, applying: 4, leased: 10, failed: 1, waiting: 107_675 }),
  rings: [
    { ring: 0, total: 10, counts: sampleCounts({ done: 10 }), openedAt: 1, soaksUntil: 3_600_000 },
    { ring: 1, total: 109_990, counts: sampleCounts({}), openedAt: null, soaksUntil: null },
  ],
});

test('whoever waits sees the ring, the numbers and what is waited for', () => {
  assert.equal(
    progressText(running),
    'job 7 running: ring 1 of 2, 2,310 done, 14 at work, 1 failed, 107,675 waiting; it waits for 3 hosts',
  );
  assert.equal(progressText(sampleJob({ state: 'approved' })), 'job 7 approved: 1 waiting');
});

test('a job says what, where, by whom, in which rings, and when it halts', () => {
  const { action } = running;
  const spec = jobSpecSchema.parse({
    action,
    hosts: 'site=north',
    rollout: { testFirst: 'lab', answered: 0.95, soakSeconds: 3600, health: ['web'] },
  });
  assert.deepEqual(jobLines({ ...running, spec, approvedBy: 'ben' }, NOW), [
    'job 7: upgrade jq, 110,000 hosts',
    '  state:    running: it waits for 3 hosts',
    '  hosts:    site=north',
    '  made:     by ann, 2027-01-15 08:00 UTC',
    '  approved: by ben',
    '  began:    2027-01-15 08:00 UTC, 60 s ago',
    '  now:      2,310 done, 14 at work, 1 failed, 107,675 waiting',
    '  rings:    lab first; then of the rest 1 %, 10 %, 100 %',
    '    test hosts: 10 hosts; 10 done; the next ring is opened at 1970-01-01 01:00 UTC',
    '    ring 1: 109,990 hosts',
    '  goes on:  when 95 % of a ring have ended',
    '  soak:     1 h after each ring',
    '  health:   web',
    '  halts:    when 1,100 hosts failed or got lost; never are more at work at once',
  ]);
});

test('a job of every host says so', () => {
  const spec = jobSpecSchema.parse({ action: running.action, hosts: 'name~*', only: 'with' });
  assert.equal(jobLines({ ...running, spec }, NOW)[2], '  hosts:    every host, only those that have it');
});

test('a row of the list has the numbers that matter', () => {
  assert.deepEqual(jobCells({ ...running, note: 'CVE' }, NOW), [
    '7',
    'running',
    '110,000',
    '2,310',
    '14',
    '1',
    '60 s ago',
    'upgrade jq; CVE',
  ]);
});

test('a host that is done is shown with what has changed there', () => {
  const changes = ['a', 'b', 'c', 'd', 'e'].map((name) => ({ name, arch: 'amd64', before: '1', after: '2' }));
  const row = { host: 'web1', id: '', ring: 0, state: 'done', reason: '', since: NOW } as const;
  const result = { ...NOTHING, changes: changes.slice(0, 1) };
  assert.deepEqual(jobHostLines({ ...row, result }, NOW), ['web1 done, 0 s ago: a 1 -> 2']);
  const many = jobHostLines({ ...row, result: { ...NOTHING, changes } }, NOW);
  assert.deepEqual(many, ['web1 done, 0 s ago: a 1 -> 2, b 1 -> 2, c 1 -> 2, 2 more']);
});

const NOTHING: NonNullable<JobHost['result']> = {
  outcome: 'done',
  text: '',
  changes: [],
  keptConfiguration: [],
  recovered: false,
  health: [],
  output: '',
};

test('all that a host has reported is shown, and nothing that is empty', () => {
  const host = {
    host: 'web1',
    id: '',
    ring: 0,
    state: 'failed',
    reason: 'postinst ended with 1\nsee below',
    since: NOW,
  } as const;
  const result = {
    outcome: 'failed',
    text: '',
    changes: [{ name: 'jq', arch: 'amd64', before: '1.6-2', after: '1.6-3' }],
    keptConfiguration: ['/etc/jq.conf'],
    recovered: true,
    health: [{ name: 'web', ok: false, text: 'port 80 is closed' }],
    output: 'Setting up jq\n\ndpkg: error\n',
  } as const;
  assert.deepEqual(jobHostDetails(host, NOW), ['web1 failed, 0 s ago: postinst ended with 1', '  see below']);
  const details = jobHostDetails(
    {
      ...host,
      result: {
        ...result,
        changes: [...result.changes],
        keptConfiguration: [...result.keptConfiguration],
        health: [...result.health],
      },
    },
    NOW,
  );
  assert.deepEqual(details.slice(2), [
    'its package system was left half done, and its own recovery was run',
    'changed:',
    '  jq 1.6-2 -> 1.6-3',
    "edited configuration that stays; the package's own lies beside it:",
    '  /etc/jq.conf',
    'health:',
    '  web: NO, port 80 is closed',
    'the last that its package system said:',
    '  Setting up jq',
    '  dpkg: error',
  ]);
});
