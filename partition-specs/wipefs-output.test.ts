import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseWipefs } from './wipefs-output.ts';

test('signatures, as the versions of wipefs print them', () => {
  const found = [{ offset: 0x438, length: 2, type: 'ext4', uuid: null, label: null }];
  const text = (signature: object): string => JSON.stringify({ signatures: [{ device: 'loop0p1', ...signature }] });
  assert.deepEqual(parseWipefs(text({ offset: '0x438', length: 2, type: 'ext4' }), '/dev/x'), found);
  assert.deepEqual(parseWipefs(text({ offset: 1080, length: '2', type: 'ext4' }), '/dev/x'), found);
  assert.deepEqual(parseWipefs('{"signatures": [\n\n   ]}', '/dev/x'), []);
  assert.deepEqual(parseWipefs('', '/dev/x'), []);
  assert.throws(() => parseWipefs('wipefs: oops', '/dev/x'), /wipefs --json \/dev\/x is not JSON/);
  assert.throws(() => parseWipefs(text({ offset: '-1', length: 2, type: 'ext4' }), '/dev/x'), /offset/);
});
