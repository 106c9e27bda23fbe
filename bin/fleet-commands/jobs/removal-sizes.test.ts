import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OperationError } from '../../../fleet/operations/operation-error.ts';
import { standInClient } from '../../../fleet/testing/stand-in-client.ts';
import { askRemovalSizes, readRemovalSizes } from './removal-sizes.ts';

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
  'hosts-with-package': ({ package: name }: { readonly package: string }) => {
    if (name === 'denied') throw new OperationError('denied', 'no');
    if (name === 'broken') throw new Error('a defect');
    const row = { host: 'web1', id: '', packages: [], matching: 1 };
    return { total: 1, hosts: name === 'nowhere' ? [] : [row] };
  },
  'ask-host': ({ task: { package: name } }: { readonly task: { readonly package: string } }) => ({
    task: ['', 'jq', 'gone', 'silent'].indexOf(name),
    installedDigest: '',
    nextDueAt: null,
  }),
  task: ({ id }: { readonly id: number }) => ({
    ...task,
    id,
    nextDueAt: null,
    ...(answers[id] === undefined ? {} : { answer: answers[id] }),
  }),
});

const sizesOf = async (...names: readonly string[]): Promise<string[]> =>
  readRemovalSizes(client, await askRemovalSizes(client, { names, hosts: 'site=north' }), 0);

test('files and bytes are of a host that has the package; who does not answer keeps nobody waiting', async () => {
  const lines = await sizesOf('jq', 'nowhere', 'denied', 'gone', 'silent');
  assert.deepEqual(lines, ['jq has 2 files of 60,000 bytes on web1, of which 1 file changed since']);
  assert.deepEqual(asked[0], ['hosts-with-package', { package: 'jq', class: 'site=north', limit: 1 }]);
});

test('a defect is not hidden', async () => {
  await assert.rejects(sizesOf('broken'), /a defect/);
});
