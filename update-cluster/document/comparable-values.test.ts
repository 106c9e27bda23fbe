import assert from 'node:assert/strict';
import { test } from 'node:test';
import { comparable, isHostName, sameAs, spellIp, spellMac } from './comparable-values.ts';
import type { KeyField } from './comparable-values.ts';

const spellings: readonly { field: KeyField; same: string[]; other: string[] }[] = [
  {
    field: 'mac',
    same: [
      'AA:BB:C0:D2:E4:F6',
      'aa-bb-c0-d2-e4-f6',
      'aabb.c0d2.e4f6',
      'AABBC0D2E4F6',
      'aabbc0-d2e4f6',
      'aabb-c0d2-e4f6',
    ],
    other: ['AA:BB:C0:D2:E4:F7'],
  },
  { field: 'ip', same: ['fe80::1', 'FE80:0:0:0:0:0:0:1', 'fe80:0::0001'], other: ['fe80::2', '10.0.0.1'] },
  { field: 'hostname', same: ['node1.lab', 'NODE1.Lab', 'node1.lab.'], other: ['node1'] },
];

test('spellings of one value are the same', () => {
  for (const { field, same, other } of spellings) {
    assert.equal(new Set(same.map((value) => comparable(field, value))).size, 1, field);
    for (const value of same) assert.deepEqual([...same, ...other].filter(sameAs(field, value)), same);
    assert.equal(new Set([...same, ...other].map((value) => comparable(field, value))).size, 1 + other.length, field);
  }
});

test('MACs and addresses are spelled in one way, or are none', () => {
  assert.deepEqual(
    ['0:1:2:a:b:c', '00:01:02:0A:0B', '::1', '010.0.0.1', '10.0.0.1/24', 'fe80::1%eth0'].map(
      (text) => spellMac(text) ?? spellIp(text) ?? 'none',
    ),
    ['00:01:02:0A:0B:0C', 'none', '::1', 'none', 'none', 'none'],
  );
});

test('host names', () => {
  const good = ['a', 'node-1.lab.example', 'NODE_1', '1a', 'a.'];
  const bad = ['', '-a', 'a-', 'a..b', 'a b', 'a&b', 'ä', 'x'.repeat(64), 'x.'.repeat(128), '.', 'a\n'];
  assert.deepEqual([...good, ...bad].filter(isHostName), good);
});
