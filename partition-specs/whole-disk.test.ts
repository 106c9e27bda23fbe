import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { SfdiskTable } from './sfdisk-json.ts';
import { readWholeDisk } from './whole-disk.ts';

type Listed = [type: string, start: number, size: number];

function table(label: string, ...partitions: Listed[]): SfdiskTable {
  return {
    label,
    sectorsize: 512,
    unit: 'sectors',
    partitions: partitions.map(([type, start, size], index) => ({ node: `/dev/sda${index + 1}`, type, start, size })),
  };
}

const wipefs = (...types: string[]): string =>
  JSON.stringify({ signatures: types.map((type) => ({ offset: '0x1fe', length: 2, type, uuid: null, label: null })) });

suite('a table that is one, and what else is named', () => {
  const linux: Listed = ['83', 2048, 4096];
  const protective: Listed = ['ee', 1, 99_999];
  // What sfdisk lists, what blkid says, what wipefs names → the partitions that are real, the signatures that are left.
  const cases: [
    string,
    SfdiskTable | undefined,
    { TYPE?: string; PTTYPE?: string },
    string,
    number | undefined,
    string[],
  ][] = [
    ['nothing', undefined, {}, '', undefined, []],
    ['a DOS table', table('dos', linux), { PTTYPE: 'dos' }, wipefs('dos'), 1, []],
    ['an empty DOS table', table('dos'), { PTTYPE: 'dos' }, wipefs('dos'), 0, []],
    ['a GPT', table('gpt', linux), { PTTYPE: 'gpt' }, wipefs('gpt', 'gpt', 'PMBR'), 1, []],
    ['FAT, and entries out of its boot code', table('dos', linux), { TYPE: 'vfat' }, wipefs('vfat'), undefined, []],
    ['btrfs behind a mark', table('dos'), { TYPE: 'btrfs', PTTYPE: 'dos' }, wipefs('btrfs', 'dos'), undefined, []],
    [
      'an ISO image with a table',
      table('dos', linux),
      { TYPE: 'iso9660', PTTYPE: 'dos' },
      wipefs('iso9660', 'dos'),
      1,
      [],
    ],
    ['a GPT with bad headers', table('dos', protective), { PTTYPE: 'PMBR' }, wipefs('PMBR'), undefined, ['PMBR']],
    ['the same, hybrid', table('dos', protective, linux), { PTTYPE: 'PMBR' }, wipefs('PMBR'), 1, ['PMBR']],
    ['a GPT without an MBR', undefined, {}, wipefs('gpt', 'gpt'), undefined, ['gpt']],
    ['a GPT behind another MBR', table('dos', linux), { PTTYPE: 'dos' }, wipefs('dos', 'gpt'), 1, ['gpt']],
    ['a table of another system', undefined, { PTTYPE: 'mac' }, wipefs('mac'), undefined, ['mac']],
    ['what only blkid names', undefined, { PTTYPE: 'atari' }, wipefs(), undefined, ['atari']],
    [
      'members behind a table',
      table('gpt', linux),
      { PTTYPE: 'gpt' },
      wipefs('gpt', 'PMBR', 'isw_raid_member', 'ddf_raid_member'),
      1,
      ['isw_raid_member', 'ddf_raid_member'],
    ],
    [
      'signatures that contradict each other',
      undefined,
      { TYPE: 'several signatures' },
      wipefs('xfs', 'ext4'),
      undefined,
      ['xfs', 'ext4'],
    ],
  ];
  for (const [name, listed, blkid, signatures, partitions, left] of cases) {
    test(name, () => {
      const found = readWholeDisk({
        path: '/dev/sda',
        table: listed,
        blkid,
        wipefs: signatures,
        firstSector: undefined,
      });
      assert.equal(found.table?.partitions.length, partitions);
      assert.deepEqual(
        found.signatures.map(({ type }) => type),
        left,
      );
    });
  }
});

test('where nobody asked wipefs, the table counts as one', () => {
  const seen = {
    path: '/dev/sda',
    table: table('dos', ['83', 1, 1]),
    blkid: {},
    wipefs: undefined,
    firstSector: undefined,
  };
  assert.deepEqual(readWholeDisk(seen), { table: seen.table, signatures: [] });
});

suite('an MBR in front of a GPT', () => {
  const sector = (...entries: Listed[]): string => {
    const bytes = Buffer.alloc(512);
    entries.forEach(([type, start, size], index) => {
      bytes[446 + index * 16 + 4] = Number.parseInt(type, 16);
      bytes.writeUInt32LE(start, 446 + index * 16 + 8);
      bytes.writeUInt32LE(size, 446 + index * 16 + 12);
    });
    bytes.set([0x55, 0xaa], 510);
    return bytes.toString('latin1');
  };
  const gpt = table('gpt', ['0fc63daf-8483-4772-8e79-3d69d8477de4', 2048, 4096]);
  const signatures = (firstSector: string) =>
    readWholeDisk({ path: '/dev/sda', table: gpt, blkid: {}, wipefs: wipefs('gpt', 'PMBR'), firstSector }).signatures;
  const hybrid = [{ type: 'hybrid MBR', offsetBytes: 0 }];
  const cases: [string, string, object[]][] = [
    ['protective', sector(['ee', 1, 99_999]), []],
    ['hybrid, with the same partition', sector(['ee', 1, 2047], ['83', 2048, 4096]), []],
    ['hybrid, with one of its own', sector(['ee', 1, 2047], ['7', 10_000, 4096]), hybrid],
    ['hybrid, with one that is longer', sector(['ee', 1, 2047], ['83', 2048, 9000]), hybrid],
    ['no MBR', '\0'.repeat(512), []],
  ];
  for (const [name, first, expected] of cases) test(name, () => assert.deepEqual(signatures(first), expected));
});
