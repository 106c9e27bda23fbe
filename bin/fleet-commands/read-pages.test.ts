import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readWhole } from './read-pages.ts';

test('an answer of several pages has the form of one, with all that they list', async () => {
  const pages = new Map<string | undefined, { total: number; next?: string; hosts: string[] }>([
    [undefined, { total: 3, next: 'b', hosts: ['a', 'b'] }],
    ['b', { total: 3, hosts: ['c'] }],
  ]);
  const answer = await readWhole('hosts', ({ after }) => Promise.resolve(pages.get(after) ?? { total: 0, hosts: [] }));
  assert.deepEqual(answer, { total: 3, hosts: ['a', 'b', 'c'] });
});
