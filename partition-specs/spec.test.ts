import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { FaultsError } from '../lib/errors.ts';
import { CYLINDER_BYTES, parseSize } from './spec-size.ts';
import { parsePartitionSpec } from './spec.ts';

const G = 1024 ** 3;

test('the Linux example of the paper', () => {
  const spec = parsePartitionSpec('hda: (a 51 msdos) (b 421 ext2) (c 53 swap)');
  assert.deepEqual(spec.disks, [
    {
      name: 'hda',
      column: 1,
      partitions: [
        { letter: 'a', size: cylinders(51), filesystem: 'msdos', options: [], data: false, column: 6 },
        { letter: 'b', size: cylinders(421), filesystem: 'ext2', options: [], data: false, column: 19 },
        { letter: 'c', size: cylinders(53), filesystem: 'swap', options: [], data: false, column: 32 },
      ],
    },
  ]);
});

test('the Solaris example of the paper: two disks, swap on /tmp, data', () => {
  const spec = parsePartitionSpec('c0t3d0: (a 500 ufs /) (b 500 swap /tmp) c0t1d0: (h 1000 ufs /home data)');
  assert.deepEqual(
    spec.disks.map((disk) => [disk.name, disk.partitions.map(({ mountPoint, data }) => [mountPoint, data])]),
    [
      [
        'c0t3d0',
        [
          ['/', false],
          ['/tmp', false],
        ],
      ],
      ['c0t1d0', [['/home', true]]],
    ],
  );
});

test('options with commas and with blanks, data among them, line breaks as blanks', () => {
  const spec = parsePartitionSpec('disk0:(a 1G ext4 /)\n\t( d rest xfs /home data,noatime pri=5 )\n');
  assert.deepEqual(spec.text, 'disk0:(a 1G ext4 /)  ( d rest xfs /home data,noatime pri=5 )');
  const home = spec.disks[0]?.partitions[1];
  assert.deepEqual([home?.mountPoint, home?.data, home?.options], ['/home', true, ['noatime', 'pri=5']]);
});

const sizes: [text: string, expected: ReturnType<typeof parseSize>][] = [
  ['1', { kind: 'exact', sizeBytes: 8_225_280, cylinders: 1 }],
  ['512M', { kind: 'exact', sizeBytes: 512 * 1024 ** 2 }],
  ['2T', { kind: 'exact', sizeBytes: 2048 * G }],
  ['30%', { kind: 'percent', percent: 30 }],
  ['10G-20G', { kind: 'range', minBytes: 10 * G, maxBytes: 20 * G }],
  ['1-20G', { kind: 'range', minBytes: CYLINDER_BYTES, maxBytes: 20 * G }],
  ['rest', { kind: 'rest' }],
];
for (const [text, expected] of sizes) test(`size ${text}`, () => assert.deepEqual(parseSize(text), expected));

for (const text of [
  '',
  '0',
  '0%',
  '101%',
  '1.5%',
  '1.5G',
  '20G-10G',
  '5G-5G',
  '0-5G',
  '-5G',
  '5G-',
  'all',
  '9999999999T',
]) {
  test(`no size: '${text}'`, () => assert.equal(typeof parseSize(text), 'string'));
}

const faulty: [text: string, faults: [column: number, message: RegExp][]][] = [
  ['', [[1, /nothing is asked for/]]],
  ['(a 1G ext4 /)', [[1, /no disk is named/]]],
  [
    'disk0: a 1G',
    [
      [1, /no partitions/],
      [8, /found 'a'/],
      [10, /found '1G'/],
    ],
  ],
  ['disk0: (a 1G ext4 /', [[8, /has no \)$/]]],
  ['disk0: (a 1G ext4 / (b 1G swap)', [[8, /before the next/]]],
  ['disk0: (a 1G ext4 /))', [[21, /has no \( before/]]],
  [
    'disk0: (a 1G)',
    [
      [1, /no partitions/],
      [8, /needs a letter, a size and a file system/],
    ],
  ],
  ['0disk: (a 1G ext4 /)', [[1, /not a disk name/]]],
  [
    'disk0: (A 1G ext4 /) (bb 1G ext4)',
    [
      [9, /'A' is not a letter/],
      [23, /'bb' is not a letter/],
    ],
  ],
  ['disk0: (a 20g ext4 /)', [[11, /'20g' is not a size/]]],
  ['disk0: (a 1G Ext4 /)', [[14, /not the name of a file system/]]],
  ['disk0: (a 1G ext4 /home/)', [[19, /not a plain absolute path/]]],
  ['disk0: (a 1G ext4 /a/../b)', [[19, /not a plain absolute path/]]],
  ['disk0: (a 1G ext4 / no$uid)', [[21, /not a mount option/]]],
  ['disk0: (a 1G ext4 /) disk0: (a 1G ext4)', [[22, /disk disk0 is given a second time/]]],
  ['disk0: (a 1G ext4 /) (a 1G ext4)', [[22, /letter a of disk0 is given a second/]]],
  ['disk0: (a 1G ext4 /) disk1: (a 1G ext4 /)', [[29, /mount point \/ is given a second/]]],
  ['disk0: (a rest ext4 /) (b rest ext4)', [[24, /a second 'rest' on disk0/]]],
  ['disk0: (a 60% ext4 /) (b 50% ext4)', [[1, /add up to 110%/]]],
];
const encrypted: string[] = [
  'disk0: (a rest luks /)',
  'disk0: (a rest LUKS /)',
  'disk0: (a 1G ext4 /boot) (b rest crypto_LUKS / noatime)',
  'disk0: (a 1G ext4 /) (b rest crypt x)',
  'disk0: (a rest luks sys) sys: (ext4 /)',
  'disk0: (a rest raid1 x) disk1: (a rest raid1 x) x: (luks y) y: (ext4 /)',
  'disk0: (a rest lvm vg) vg: (root rest luks y) y: (ext4 /)',
  'disk0: (a 1G ext4 /) (b 4G swap crypt)',
  'disk0: (a rest ext4 / noatime,luks)',
  'disk0: luks (a rest ext4 /)',
];
for (const text of encrypted) {
  test(`encryption is named as what is not supported yet, and nothing else: ${text}`, () => {
    const { faults, message } = faultsOf(text);
    assert.equal(faults.length, 1, message);
    assert.match(faults[0]?.message ?? '', /^'\w+' is not supported yet: nothing is encrypted$/);
  });
}

for (const [text, expected] of faulty) {
  test(`faults of '${text}'`, () => {
    const { faults, message } = faultsOf(text);
    assert.deepEqual(
      faults.map((fault) => fault.column),
      expected.map(([column]) => column),
      message,
    );
    for (const [index, [, pattern]] of expected.entries()) assert.match(faults[index]?.message ?? '', pattern);
  });
}

test('an error shows the spec with a caret and a suggestion', () => {
  const lines = faultsOf('disk0: (a 20g ext4 /)').message.split('\n');
  assert.deepEqual(lines.slice(2), ['    disk0: (a 20g ext4 /)', '              ^', '    did you mean 20G?']);
});

test('any text parses or gives faults inside the text, never another error', () => {
  const word = fc.constantFrom(
    'disk0:',
    '(',
    ')',
    'a',
    'b',
    '20G',
    'rest',
    '50%',
    'ext4',
    '/',
    '/x',
    'data,ro',
    ' ',
    ':',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(word).map((words) => words.join(' ')),
      ),
      (text) => {
        try {
          parsePartitionSpec(text);
        } catch (error) {
          assert.ok(error instanceof FaultsError);
          for (const { column = 0 } of error.faults) assert.ok(column >= 1 && column <= text.length + 1);
        }
      },
    ),
  );
});

function cylinders(count: number) {
  return { kind: 'exact', sizeBytes: count * CYLINDER_BYTES, cylinders: count };
}

function faultsOf(text: string): FaultsError {
  try {
    parsePartitionSpec(text);
  } catch (error) {
    assert.ok(error instanceof FaultsError, String(error));
    return error;
  }
  throw new Error(`'${text}' was accepted`);
}

test('a size that is only too large gets no hint that repeats it', () => {
  assert.doesNotMatch(faultsOf('disk0: (a 99999999999T ext4 /)').message, /did you mean/);
});

const hints: [text: string, hint: RegExp][] = [
  ['disk0 (a 20G ext4 /)', /did you mean 'disk0:'\?/],
  ['disk0: (a 20GiB ext4 /)', /did you mean 20G\?/],
  ['disk0: (a 1.5G ext4 /)', /did you mean 1536M\?/],
  ['disk0: (a Rest ext4 /)', /did you mean rest\?/],
  ['disk0: (a 20 G ext4 /)', /1 fault\n[^]*'G' stands alone[^]*did you mean 20G\?/],
  ['disk0: (a 10G- ext4 /)', /'10G-' is not a range such as 10G-20G; .* is rest/],
  ['disk0: (a 10G-rest ext4 /)', /'10G-rest' is not a range such as 10G-20G/],
  ['disk0: (A 20G ext4 /)', /did you mean a\?/],
  ['disk0: (a 20G EXT4 /)', /did you mean ext4\?/],
  ['disk0: (a 20G ext4 /home/)', /leave out the last \/: \/home/],
  ['disk0: (a 20G ext4 / label=)', /label= names no label/],
  ['disk0: (a 9G raid5 s) disk1: (a 9G raid5 s) s: (ext4 /)', /'raid5' cannot be made[^]*did you mean raid1\?/],
  [
    'disk0: (a 9G raid1 s) disk1: (a 9G raid1 s) s: (a 9G ext4 /)',
    /^[^]*1 fault[^]*array s has neither letter nor size/,
  ],
  ['disk0: (root 9G ext4 /)', /names are for volumes/],
];
for (const [text, hint] of hints) test(`hint for '${text}'`, () => assert.match(faultsOf(text).message, hint));
