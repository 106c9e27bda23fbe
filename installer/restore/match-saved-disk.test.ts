import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SavedDisk } from '../../contract/disk-record.ts';
import { UserError } from '../../lib/errors.ts';
import type { DiskFacts } from '../../partition-specs/disk-facts.ts';
import { disk } from '../../partition-specs/testing/disk.ts';
import { matchSavedDisk } from './match-saved-disk.ts';

const { sizeBytes } = disk();
const saved = (given: Partial<SavedDisk>): SavedDisk => ({
  path: '/dev/sdq',
  sizeBytes,
  logicalSectorBytes: 512,
  dump: null,
  ranges: [],
  ...given,
});
const partition = { number: 1, path: '/dev/vda1', startSector: 2048, sizeSectors: 2048, type: '83' };
const A = saved({ serial: 'A' });
const B = saved({ serial: 'B' });
const NONE = saved({});

const FOUND: readonly [string, readonly SavedDisk[], Partial<DiskFacts>, string, SavedDisk][] = [
  ['by serial', [B, A, NONE], { serial: 'A' }, 'A', A],
  ['without serial by size', [A, saved({ sizeBytes: 5 * 512 }), NONE], {}, 'none', NONE],
];
for (const [name, all, attached, serial, expected] of FOUND) {
  test(`found ${name}, whatever the paths are`, () => {
    assert.equal(matchSavedDisk({ saved: all, attached: disk(attached), serial }), expected);
  });
}

const REFUSED: readonly [string, readonly SavedDisk[], Partial<DiskFacts>, string, RegExp, number][] = [
  ['the attached disk has another serial', [A], { serial: 'B' }, 'A', /at \/dev\/vda has serial B, not A/, 2],
  ['the attached disk has none', [A], {}, 'A', /at \/dev\/vda reports no serial number, not A/, 2],
  ['none was said, and it has one', [NONE], { serial: 'A' }, 'none', /has serial A, not none/, 2],
  ['the record has no such serial', [A], { serial: 'B' }, 'B', /no disk with serial B; its disks are: serial A/, 2],
  ['the record has it twice', [A, A], { serial: 'A' }, 'A', /2 disks with serial A/, 2],
  ['the record is empty', [], { serial: 'A' }, 'A', /its disks are: none/, 2],
  ['two of that size have no serial', [NONE, NONE], {}, 'none', /2 disks without serial of \d+ bytes/, 2],
  ['another size', [A], { serial: 'A', sizeBytes: sizeBytes + 512 }, 'A', /the saved disk has .* but .* has/, 2],
  ['other sectors', [A], { serial: 'A', logicalSectorBytes: 4096 }, 'A', /sectors of 512, but .* of 4096/, 2],
  ['it is mounted', [A], { serial: 'A', mountpoints: ['/srv'] }, 'A', /\/dev\/vda is mounted on \/srv/, 1],
  [
    'a partition is mounted',
    [A],
    { serial: 'A', partitions: [{ ...partition, mountpoints: ['[SWAP]'], holders: [] }] },
    'A',
    /\/dev\/vda1 is mounted on \[SWAP\]/,
    1,
  ],
  [
    'a partition is held',
    [A],
    { serial: 'A', partitions: [{ ...partition, mountpoints: [], holders: ['md0'] }] },
    'A',
    /\/dev\/vda1 is part of md0/,
    1,
  ],
  ['it is held', [A], { serial: 'A', holders: ['vg-srv'] }, 'A', /\/dev\/vda is part of vg-srv/, 1],
  ['it is read-only', [A], { serial: 'A', readOnly: true }, 'A', /it is read-only/, 1],
];
for (const [name, all, attached, serial, message, exitCode] of REFUSED) {
  test(`refused: ${name}`, () => {
    assert.throws(
      () => matchSavedDisk({ saved: all, attached: disk(attached), serial }),
      (error) => {
        assert.ok(error instanceof UserError);
        assert.match(error.message, message);
        assert.match(error.message, /Nothing was changed/);
        assert.equal(error.exitCode, exitCode);
        assert.notEqual(error.hint, undefined);
        return true;
      },
    );
  });
}
