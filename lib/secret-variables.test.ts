import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hideValue, showValue } from './secret-variables.ts';

test('lines are shown without the values of secrets, hashes of passwords and private keys', () => {
  for (const [line, shown] of [
    ['    ROOT_PASSWORD_HASH=$y$j9T$x', '    ROOT_PASSWORD_HASH=(hidden)'],
    ['\tX_SECRET += "a b"', '\tX_SECRET +=(hidden)'],
    ['ROOT_KEYS="-----BEGIN OPENSSH PRIVATE KEY-----"', 'ROOT_KEYS=(hidden)'],
    ['    IP=10.0.0.1', '    IP=10.0.0.1'],
    ['lab: # X_SECRET=a', 'lab: # X_SECRET=a'],
  ] as const) {
    assert.equal(hideValue(line), shown);
  }
});

test('values are shown unless they are secret', () => {
  assert.equal(showValue('IP', 'a b'), "'a b'");
  assert.equal(showValue('ROOT_PASSWORD_HASH', 'hunter2'), '(hidden)');
  assert.equal(showValue('ROOT_KEYS', '-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl'), '(hidden)');
});
