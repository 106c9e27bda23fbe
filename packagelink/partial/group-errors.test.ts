import assert from 'node:assert/strict';
import { test } from 'node:test';
import { groupErrors } from './group-errors.ts';

test('errors of a full disk are counted, all others said', () => {
  const full = (path: string) => `${path} was not put right: ENOSPC: no space left on device, write`;
  assert.deepEqual(groupErrors([full('a'), 'b was not put right: EIO', full('c'), full('d')]), [
    full('a'),
    'b was not put right: EIO',
    '2 more paths were not put right: the file system is full',
  ]);
  assert.deepEqual(groupErrors([full('a')]), [full('a')]);
});
