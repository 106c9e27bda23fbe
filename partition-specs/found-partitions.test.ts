import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ExistingPartition } from './disk-facts.ts';
import { findOnWholeDisk } from './find-whole-disk.ts';
import { findPartitions } from './found-partitions.ts';
import { disk } from './testing/disk.ts';

function holdsData(table: string, found: Partial<ExistingPartition>): boolean | undefined {
  const partition = {
    number: 1,
    startSector: 2048,
    sizeSectors: 4096,
    type: '83',
    mountpoints: [],
    holders: [],
    ...found,
  };
  return findPartitions(disk({ table: { kind: table }, partitions: [partition] }), [], new Map())[0]?.holdsData;
}

/** The same number means another thing in every table. */
const cases: [what: string, table: string, Partial<ExistingPartition>, boolean][] = [
  ['an extended partition', 'dos', { type: 'f' }, false],
  ['a Linux partition', 'dos', { type: '83' }, true],
  ['swap', 'dos', { type: '82', fsType: 'swap' }, false],
  ['a hibernated system', 'dos', { type: '82', fsType: 'swsuspend' }, true],
  ['a Sun slice with a number that is an extended one of DOS', 'sun', { type: 'f' }, true],
  ['a Sun slice in Linux numbers', 'sun', { type: '85' }, true],
  ['the whole disk of Sun, empty', 'sun', { type: '5', startSector: 0, blank: true }, false],
  ['the whole disk of Sun, with something', 'sun', { type: '5', startSector: 0, blank: false }, true],
  ['the whole disk of Sun, nobody looked', 'sun', { type: '5', startSector: 0 }, true],
  ['the whole disk of Sun with a file system', 'sun', { type: '5', startSector: 0, fsType: 'ufs' }, true],
  ['a Sun slice at the beginning', 'sun', { type: '2', startSector: 0, blank: true }, true],
  ['an SGI slice', 'sgi', { type: '5' }, true],
  ['the volume of SGI, empty', 'sgi', { type: '6', startSector: 0, blank: true }, false],
  ['the volume header of SGI with programs', 'sgi', { type: '0', startSector: 0, blank: false }, true],
  ['a BSD slice', 'bsd', { type: '5' }, true],
  ['the whole disk of BSD, empty', 'bsd', { type: '0', startSector: 0, blank: true }, false],
  ['a boot loader', 'gpt', { type: '21686148-6449-6E6F-744E-656564454649' }, false],
  ['a file system in its place', 'gpt', { type: '21686148-6449-6E6F-744E-656564454649', fsType: 'ext4' }, true],
];
for (const [what, table, found, expected] of cases) {
  test(`${what} ${expected ? 'holds data' : 'holds nothing'}`, () => assert.equal(holdsData(table, found), expected));
}

test('a table inside a partition is named', () => {
  const partition = { number: 1, startSector: 2048, sizeSectors: 4096, type: '83', mountpoints: [], holders: [] };
  const [found] = findPartitions(disk({ partitions: [{ ...partition, tableType: 'dos' }] }), [], new Map());
  assert.equal(found?.evidence, 'content that cannot be read (dos), type 83, 2.00 MiB');
  assert.equal(found?.holdsFilesystem, true);
});

test('on the disk beside its partitions: all that is named, and the ends that nobody knows', () => {
  const found = findOnWholeDisk(
    disk({
      fsType: 'iso9660',
      signatures: [{ type: 'isw_raid_member' }],
      unknownContent: ['first', 'last'],
      freeSpace: [
        { startSector: 2048, sizeSectors: 2048, blank: false, fsType: 'ext4', fsLabel: 'homes' },
        { startSector: 8192, sizeSectors: 2048, blank: false },
      ],
    }),
  );
  assert.deepEqual(
    found.map(({ text, isKnown }) => `${isKnown ? 'known' : 'unknown'}: ${text}`),
    [
      'known: iso9660, 64.0 GiB',
      'unknown: content that cannot be read (isw_raid_member)',
      'unknown: unknown content in the first MiB',
      'unknown: unknown content in the last MiB',
      "known: in free space at sector 2048: ext4, labelled 'homes', 1.00 MiB",
    ],
  );
});
