import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OperationError } from '../../../fleet/operations/operation-error.ts';
import { standInClient } from '../../../fleet/testing/stand-in-client.ts';
import { askRemovalSizes, orNothing } from './removal-sizes.ts';

const file = {
  path: '/usr/bin/jq',
  type: 'file',
  owner: 'root',
  group: 'root',
  mode: '0755',
  sizeBytes: 30_000,
  isConfiguration: false,
  status: 'ok',
  differs: [],
};

const task = { id: 1, host: '', name: '', kind: 'files', state: 'ended', createdAt: 0, endedAt: 1, lastSeenAt: null };
const answers: Readonly<Record<number, unknown>> = {
  1: {
    kind: 'files',
    seq: 1,
    task: 1,
    total: 3,
    files: [file, { ...file, status: 'changed' }, { ...file, type: 'directory' }],
  },
  2: { kind: 'failed', seq: 2, task: 2, message: 'is not installed' },
};

const { client, asked } = standInClient({
  'ask-host': () => ({ task: asked.length, installedDigest: '', nextDueAt: null }),
  task: ({ id }: { readonly id: number }) => ({
    ...task,
    id,
    nextDueAt: null,
    ...(answers[id] ? { answer: answers[id] } : {}),
  }),
});

test('files and bytes are of one host; who does not answer keeps nobody waiting', async () => {
  const sizes = askRemovalSizes(client, ['jq', 'gone', 'silent'], 0);
  await sizes.ask('web1');
  await sizes.ask('web2');
  assert.equal(asked.length, 3);
  assert.deepEqual(await sizes.read(), ['jq has 2 files of 60,000 bytes on web1, of which 1 file changed since']);
});

test('who may not ask removes without that number', async () => {
  await orNothing(Promise.reject(new OperationError('denied', 'no')));
  await assert.rejects(orNothing(Promise.reject(new Error('a defect'))), /a defect/);
});
