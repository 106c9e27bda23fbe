import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GiB } from '../lib/bytes.ts';
import { FaultsError } from '../lib/errors.ts';
import type { ExistingPartition } from './disk-facts.ts';
import { planLayout } from './plan-layout.ts';
import { renderLinux } from './render/linux.ts';
import { parsePartitionSpec } from './spec.ts';
import { disk, machine } from './testing/disk.ts';

const SECTORS = GiB / 512;

function windows(number: number, startGiB: number, label?: string): ExistingPartition {
  return {
    number,
    path: `/dev/vda${number}`,
    startSector: startGiB * SECTORS,
    sizeSectors: 10 * SECTORS,
    type: '7',
    fsType: 'ntfs',
    fsUuid: `01D${number}AAAABBBBCCCC`,
    ...(label === undefined ? {} : { fsLabel: label }),
    mountpoints: [],
    holders: [],
  };
}

function plan(text: string, partitions: ExistingPartition[], initData: string[] = []) {
  const found = disk({ table: { kind: 'dos', uuid: '0x12345678' }, partitions });
  const machineId = '0b6f1d52-6a0e-4c3b-9a57-3f0d8c2e1a41';
  return planLayout({ spec: parsePartitionSpec(text), facts: machine(found), bindings: {}, machineId, initData });
}

function refusal(...given: Parameters<typeof plan>): string {
  try {
    plan(...given);
  } catch (error) {
    assert.ok(error instanceof FaultsError, String(error));
    return error.message;
  }
  throw new Error('it was planned');
}

const KEPT = 'disk0: dos (a 20G ext4 /) (c 10G ntfs /windows data)';

test('the only one on the disk is kept: never formatted, not mounted by the installer, in fstab as ntfs3', () => {
  const layout = plan(KEPT, [windows(1, 30)]);
  const kept = layout.disks[0]?.partitions.find(({ letter }) => letter === 'c');
  assert.deepEqual([kept?.verdict, kept?.startSector, kept?.type], ['KEEP', 30 * SECTORS, '7']);
  assert.match(kept?.evidence ?? '', /the only ntfs on the disk/);
  const { operations, fstab, mounts } = renderLinux(layout);
  assert.deepEqual(
    operations.filter(({ argv }) => argv[0]?.startsWith('mkfs')).map(({ argv }) => argv[0]),
    ['mkfs.ext4'],
  );
  assert.match(fstab, /^UUID=01D1AAAABBBBCCCC \/windows ntfs3 nofail 0 0$/m);
  assert.deepEqual(
    mounts.map(({ mountPoint, isLater }) => [mountPoint, isLater]),
    [
      ['/', undefined],
      ['/windows', true],
    ],
  );
});

test('without a mount point it is kept as well, and one of several by its label', () => {
  const text = 'disk0: dos (a 20G ext4 /) (c rest ntfs data,label=Windows)';
  const layout = plan(text, [windows(1, 30, 'Recovery'), windows(2, 45, 'Windows')]);
  assert.equal(layout.disks[0]?.partitions.find(({ letter }) => letter === 'c')?.startSector, 45 * SECTORS);
  assert.doesNotMatch(renderLinux(layout).fstab, /ntfs3/);
});

test('what Windows makes by itself is kept: one with a label that has a blank, and the one beside it without', () => {
  const text = 'disk0: dos (a 10G ntfs label="System Reserved",data) (b 10G ntfs data) (c 20G ext4 /)';
  const layout = plan(text, [windows(1, 30, 'System Reserved'), windows(2, 45)]);
  const kept = layout.disks[0]?.partitions.filter(({ verdict }) => verdict === 'KEEP') ?? [];
  assert.deepEqual(
    kept.map(({ letter, startSector }) => [letter, startSector]),
    [
      ['a', 30 * SECTORS],
      ['b', 45 * SECTORS],
    ],
  );
  assert.match(kept[1]?.evidence ?? '', /the only ntfs on the disk beside those that the text names/);
});

const refused: [what: string, message: RegExp, ...given: Parameters<typeof plan>][] = [
  ['without data', /ntfs is kept, never made: add data/, 'disk0: dos (a 20G ext4 /) (c 10G ntfs)', [windows(1, 30)]],
  ['on a root', /ntfs cannot hold the root/, 'disk0: dos (c rest ntfs / data)', [windows(1, 30)]],
  ['none there', /disk0c is not on disk .*[^]*ntfs is kept, never made/, KEPT, []],
  ['none there, with consent to make data', /ntfs is kept, never made/, KEPT, [], ['c']],
  [
    'two beside the one that is named',
    /disk0b is not known for certain .* beside those that the text names, and that holds for/,
    'disk0: dos (a 10G ntfs label=R,data) (b 10G ntfs data) (c 20G ext4 /)',
    [windows(1, 30, 'R'), windows(2, 45), windows(3, 52)],
  ],
  [
    'a FAT, whose label no mount point can be',
    /if it is one of these, give it a label, and write its file system and label=… here/,
    'disk0: dos (a 10G vfat /srv/x data) (c 20G ext4 /)',
    [windows(1, 30)],
  ],
  [
    'two there',
    /is not known for certain .* ntfs on the disk, and that holds for/,
    KEPT,
    [windows(1, 30), windows(2, 45)],
  ],
];
for (const [what, message, ...given] of refused) {
  test(`refused: ${what}`, () => assert.match(refusal(...given), message));
}
