import assert from 'node:assert/strict';
import { test } from 'node:test';
import { groupErrors } from './group-errors.ts';

test('errors of a full disk are counted, all others said', () => {
  const full = (path: string) => `${path} could not be updated: ENOSPC: no space left on device, write`;
  assert.deepEqual(groupErrors([full('a'), 'b could not be updated: EIO', full('c'), full('d')]), [
    full('a'),
    'b could not be updated: EIO',
    '2 more paths could not be updated: the file system is full',
  ]);
  assert.deepEqual(groupErrors([full('a')]), [full('a')]);
});
