import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { MiB } from '../lib/bytes.ts';
import { endsOf, placesToLookAt, samplesOf } from './places-to-look-at.ts';
import type { SfdiskTable } from './sfdisk-json.ts';

const SIZE = 100 * MiB;
const disk = { path: '/dev/sda', sizeBytes: SIZE, sectorBytes: 512 };

function table(label: string, partitions: [type: string, startMiB: number, sizeMiB: number][], more = {}): SfdiskTable {
  const listed = partitions.map(([type, start, size], index) => {
    return { node: `/dev/sda${index + 1}`, type, start: start * 2048, size: size * 2048 };
  });
  return { label, sectorsize: 512, unit: 'sectors', partitions: listed, ...more };
}

/** What of the disk's ends must be zero, as `from-to` in bytes. */
function ends(given: SfdiskTable | undefined): { first: string[]; last: string[] } {
  const [whole = assert.fail()] = placesToLookAt(disk, given);
  const text = (extents: typeof whole.mustBeZero.first) =>
    extents.map(({ offsetBytes, sizeBytes }) => `${offsetBytes}-${offsetBytes + sizeBytes}`);
  return { first: text(whole.mustBeZero.first), last: text(whole.mustBeZero.last) };
}

const FIRST = `0-${MiB}`;
const LAST = `${SIZE - MiB}-${SIZE}`;
const GPT = { firstlba: 34, lastlba: SIZE / 512 - 34 };
const BACKUP = SIZE - 33 * 512;

suite('which bytes at the ends of a disk its table does not account for', () => {
  const cases: [string, SfdiskTable | undefined, string[], string[]][] = [
    ['no table', undefined, [FIRST], [LAST]],
    ['DOS: a boot loader lies in front of the first partition', table('dos', [['83', 1, 50]]), [], [LAST]],
    ['DOS, to the end', table('dos', [['83', 1, 99]]), [], []],
    ['DOS without a partition: nothing boots', table('dos', []), ['0-440', `512-${MiB}`], [LAST]],
    ['a protective MBR alone', table('dos', [['ee', 0, 100]]), ['0-440', `512-${MiB}`], [LAST]],
    ['GPT', table('gpt', [['L', 1, 50]], GPT), [], [`${SIZE - MiB}-${BACKUP}`]],
    ['GPT without a partition', table('gpt', [], GPT), ['0-440', `${34 * 512}-${MiB}`], [`${SIZE - MiB}-${BACKUP}`]],
    ['Sun: the first slice begins with the disk', table('sun', [['2', 0, 50]]), [], [LAST]],
    ['SGI without a partition', table('sgi', []), [`512-${MiB}`], [LAST]],
  ];
  for (const [name, given, first, last] of cases) test(name, () => assert.deepEqual(ends(given), { first, last }));
});

test('free space: between partitions, inside an extended one, up to the backup of a GPT; less than a MiB is none', () => {
  const free = (given: SfdiskTable | undefined) =>
    placesToLookAt(disk, given)
      .filter(({ kind }) => kind === 'free')
      .map(({ key, sizeBytes }) => [key, sizeBytes / MiB]);
  assert.deepEqual(free(undefined), [['free@2048', 99]]);
  const dos = table('dos', [
    ['83', 1, 10],
    ['5', 20, 80],
    ['83', 30, 70],
  ]);
  assert.deepEqual(free(dos), [['free@22528', 19]]);
  assert.deepEqual(free(table('gpt', [['L', 1, 98]], GPT)), []);
  // 0x85 is a slice with contents in any other table.
  assert.deepEqual(free(table('sun', [['85', 0, 100]])), []);
});

test('a slice that begins with the disk has the label in it', () => {
  const [, slice] = placesToLookAt(disk, table('sun', [['5', 0, 100]]));
  assert.deepEqual(slice?.mustBeZero.first, [{ offsetBytes: 512, sizeBytes: MiB - 512 }]);
});

test('samples lie between the ends, at even distances', () => {
  const place = { offsetBytes: 5 * MiB, sizeBytes: 90 * MiB };
  const samples = samplesOf(place);
  assert.equal(samples.length, 128);
  for (const { offsetBytes, sizeBytes } of samples) {
    assert.ok(offsetBytes > place.offsetBytes && offsetBytes + sizeBytes < place.offsetBytes + place.sizeBytes);
  }
  assert.deepEqual(samplesOf({ offsetBytes: 0, sizeBytes: 4096 }), []);
  assert.deepEqual(endsOf({ offsetBytes: 512, sizeBytes: 512 }), {
    first: [{ offsetBytes: 512, sizeBytes: 512 }],
    last: [{ offsetBytes: 512, sizeBytes: 512 }],
  });
});
