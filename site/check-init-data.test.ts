import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dataNotes, initDataFaults } from './check-init-data.ts';

const ONE = 'disk0: (a 20G ext4 /) (h rest ext4 /home data)';
const TWO = 'disk0: (a 20G ext4 /) (h rest ext4 /home data) disk1: (a 50% ext4 /srv data) (h rest ext4 /var data)';

const CASES: readonly { spec?: string; word: string; message?: RegExp; suggestion?: RegExp }[] = [
  { spec: ONE, word: 'h' },
  { spec: ONE, word: 'disk0h' },
  { spec: TWO, word: 'disk1h' },
  // The other partition with this letter is no data.
  { spec: TWO, word: 'a' },
  { spec: TWO, word: 'h', message: /'h' is a data partition on several disks/, suggestion: /disk0h or disk1h/ },
  { spec: ONE, word: 'a', message: /'a' is not marked data/, suggestion: /data partitions are disk0h/ },
  { spec: TWO, word: 'disk0a', message: /'disk0a' is not marked data/ },
  { spec: ONE, word: 'x', message: /no partition 'x'/ },
  { spec: ONE, word: 'disk1h', message: /no partition 'disk1h'/ },
  { spec: 'disk0: (a rest ext4 /)', word: 'h', message: /no partition 'h'/, suggestion: /has no data partition/ },
  { word: 'h', message: /no partition 'h'/ },
  // Whoever checks PARTITION says what is wrong with it.
  { spec: 'disk0: (a', word: 'h' },
];
for (const { spec, word, message, suggestion } of CASES) {
  test(`--init-data ${word} for ${spec ?? 'no PARTITION'}`, () => {
    const faults = initDataFaults(spec === undefined ? {} : { PARTITION: spec }, [word]);
    assert.equal(faults.length, message === undefined ? 0 : 1);
    if (message !== undefined) assert.match(faults[0]?.message ?? '', message);
    if (suggestion !== undefined) assert.match(faults[0]?.suggestion ?? '', suggestion);
  });
}

test('data partitions that must exist are named', () => {
  const notes = (spec: string, ...words: string[]) =>
    dataNotes({ PARTITION: spec }, words).map((note) => note.split(';')[0]);
  assert.deepEqual(notes(ONE), ['data partition disk0h must be on the disks already']);
  assert.deepEqual(notes(ONE, 'h'), []);
  assert.deepEqual(notes(TWO, 'disk0h'), ['data partitions disk1a, disk1h must be on the disks already']);
  assert.deepEqual(notes('disk0: (a rest ext4 /)'), []);
  assert.deepEqual(dataNotes({}, []), []);
});
