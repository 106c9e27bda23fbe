import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { FaultsError } from '../../lib/errors.ts';
import type { DiskFacts } from '../disk-facts.ts';
import type { Layout } from '../layout.ts';
import { planLayout } from '../plan-layout.ts';
import { parsePartitionSpec } from '../spec.ts';
import { tableKinds } from '../tables/all.ts';
import { disk, machine } from '../testing/disk.ts';
import { osFamilies } from './all.ts';

const GiB = 1024 ** 3;
const machineId = '0b6f1d52-6a0e-4c3b-9a57-3f0d8c2e1a41';

type Given = { readonly family: string; readonly disk?: Partial<DiskFacts>; readonly rootfs?: string };

function plan(text: string, given: Given): Layout {
  const facts = machine(disk(given.disk));
  const { family, rootfs } = given;
  return planLayout({ spec: parsePartitionSpec(text), facts, bindings: {}, machineId, family, rootfs });
}

function faultsOf(text: string, given: Given): string[] {
  try {
    plan(text, given);
  } catch (error) {
    assert.ok(error instanceof FaultsError, String(error));
    return error.faults.map((fault) => fault.message);
  }
  throw new Error(`'${text}' was planned`);
}

test('letters become numbers and devices, and the whole is there by itself', () => {
  const cases: [family: string, spec: string, devices: string][] = [
    ['solaris', 'c0t0d0: (a 1G ufs /) (h 1G ufs)', '/dev/dsk/c0t0d0s2 /dev/dsk/c0t0d0s0 /dev/dsk/c0t0d0s7'],
    ['sunos', 'sd3: (a 1G ufs /) (h 1G ufs)', '/dev/sd3c /dev/sd3a /dev/sd3h'],
    ['freebsd', 'ada1: (a 1G ufs /) (h 1G swap)', '/dev/ada1s1c /dev/ada1s1a /dev/ada1s1h'],
    ['openbsd', 'sd0: (a 1G ffs /) (p 1G ffs)', '/dev/sd0c /dev/sd0a /dev/sd0p'],
    ['netbsd', 'wd0: (a 1G ffs /) (p 1G msdos)', '/dev/wd0d /dev/wd0c /dev/wd0a /dev/wd0p'],
    ['dos', 'hda: (a 1G msdos /) (b 1G msdos)', '/dev/vda1 /dev/vda2'],
  ];
  for (const [family, spec, devices] of cases) {
    const [planned] = plan(spec, { family }).disks;
    assert.equal(planned?.partitions.map(({ device }) => device).join(' '), devices);
  }
});

test('types of the table follow from use and mount point', () => {
  const typesOf = (spec: string, family: string) =>
    plan(spec, { family, disk: { sizeBytes: 16 * GiB } })
      .disks[0]?.partitions.map(({ type }) => type)
      .join(' ');
  assert.equal(
    typesOf('d: (a 1G ufs /) (b 1G swap) (d 1G ufs /usr) (e 1G ufs /var) (f 1G ufs /home) (g 1G ufs /x)', 'solaris'),
    '5 2 3 4 7 8 0',
  );
  assert.equal(typesOf('d: (a 1G ffs /) (b 1G swap) (e 1G msdos)', 'netbsd'), '0 0 7 1 8');
  const fats = 'd: (a 3M msdos /) (b 20M msdos) (c 100M msdos) (d 1G msdos) (e 9G msdos) (f 100M msdos)';
  // An extended partition that ends behind 8 GiB, and there a FAT16 that cylinders cannot reach.
  assert.equal(typesOf(fats, 'dos'), '1 4 6 f c c e');
});

test('the type of an extended partition says whether cylinders reach its end', () => {
  // 1024 cylinders of 255 heads and 63 sectors are 16,450,560 sectors: 8032 MiB and a bit.
  const cases: [lastMiB: number, sectorBytes: number, type: string][] = [
    [8032, 512, '5'],
    [8033, 512, 'f'],
    [20_000, 512, 'f'],
    [20_000, 4096, '5'],
    [64_260, 4096, '5'],
    [64_261, 4096, 'f'],
  ];
  for (const [lastMiB, logicalSectorBytes, type] of cases) {
    for (const [family, filesystem] of [
      ['dos', 'msdos'],
      ['linux', 'ext4'],
    ] as const) {
      const text = `d: dos (a 1G ${filesystem} /) (d ${lastMiB - 1026}M ${filesystem})`;
      const [planned] = plan(text, { family, disk: { sizeBytes: 100 * GiB, logicalSectorBytes } }).disks;
      assert.equal(planned?.partitions.find(({ role }) => role === 'extended')?.type, type, `${family} ${text}`);
    }
  }
});

test('what a family or its table cannot have is refused, with the reason', () => {
  const bsd = 'd: (a 1G ufs /)';
  const cases: [string, Given, RegExp][] = [
    ['d: (a 1G ufs /) (c 1G ufs /x)', { family: 'solaris' }, /letter c cannot be used on solaris: slice 2 stands for/],
    ['d: (a 1G ufs /) (i 1G ufs /x)', { family: 'solaris' }, /letters from a to h, not i/],
    ['d: (a 1G ffs /) (d 1G ffs /x)', { family: 'netbsd' }, /letter d cannot be used on netbsd: partition d stands/],
    ['d: (a 1G ffs /) (q 1G ffs /x)', { family: 'openbsd' }, /letters from a to p, not q/],
    [bsd, { family: 'freebsd', disk: { logicalSectorBytes: 4096 } }, /bsd tables are for sectors of 512 bytes/],
    [bsd, { family: 'solaris', disk: { logicalSectorBytes: 4096 } }, /sun tables are for sectors of 512 bytes/],
    [
      bsd,
      { family: 'solaris', disk: { sizeBytes: 1024 * GiB } },
      /sun tables reach to 1024 GiB, and disk .* would lose/,
    ],
    [bsd, { family: 'freebsd', disk: { sizeBytes: 2049 * GiB } }, /bsd tables reach to .* would lose the rest/],
    ['d: (b 1G swap) (a 1G ufs /)', { family: 'solaris' }, /d: swap on b would overwrite the label/],
    ['d: (b 1G swap) (a 1G ufs /)', { family: 'freebsd' }, /d: swap on b would overwrite the disklabel/],
    ['d: (e 1G msdos) (a 1G ffs /)', { family: 'netbsd' }, /d: msdos on e would overwrite the disklabel/],
    ['d: (a 1G ufs / noatime) (b 1G swap /tmp gid=0)', { family: 'sunos' }, /'noatime' is not a mount option/],
    [
      'd: (a 1G ext4 /)',
      { family: 'freebsd' },
      /file system 'ext4' is unknown on freebsd; supported: ufs, msdos, swap/,
    ],
    ['d: (a 1G ufs /) (b 1G lvm vg) vg: (x 1G ufs /x)', { family: 'freebsd' }, /lvm cannot be planned for freebsd/],
    ['d: (a 1G msdos /)', { family: 'openbsd' }, /msdos cannot hold the root of openbsd/],
    ['d: (a 1G msdos)', { family: 'dos' }, /nothing is mounted on \//],
  ];
  for (const [text, given, message] of cases) assert.match(faultsOf(text, given).join('\n'), message);
});

test('a DOS disk starts from the partition that ROOTFS names', () => {
  const [planned] = plan('hda: (a 10M msdos) (b rest msdos)', { family: 'dos', rootfs: 'hda2' }).disks;
  assert.deepEqual(
    planned?.partitions.map(({ bootable }) => bootable === true),
    [false, true],
  );
});

test('a slice of data that the server recorded is kept: its place, its number, and no newfs', () => {
  const unit = 16_065;
  const kept = { startSector: 400 * unit, sizeSectors: 500 * unit };
  const content = { fsType: 'ufs', fsUuid: '5f3c1a2b00c0ffee' };
  const found = { number: 8, path: '/dev/vda8', ...kept, type: '8', ...content, mountpoints: [], holders: [] };
  const facts = machine(disk({ sizeBytes: 16 * GiB, table: { kind: 'sun' }, partitions: [found] }));
  const layout = planLayout({
    spec: parsePartitionSpec('c0t3d0: (a 300 ufs /) (b 50 swap) (h 500 ufs /home data)'),
    facts,
    bindings: {},
    machineId,
    family: 'solaris',
    recorded: [{ name: 'c0t3d0/h', diskPath: '/dev/vda', ...kept, fsUuid: content.fsUuid, found: content }],
  });
  const [planned = assert.fail('no disk')] = layout.disks;
  const home = planned.partitions.find(({ letter }) => letter === 'h');
  assert.deepEqual([home?.verdict, home?.number, home?.startSector], ['KEEP', 7, kept.startSector]);
  const commands =
    osFamilies
      .get('solaris')
      ?.render(layout)
      .operations.map(({ argv }) => argv.join(' ')) ?? [];
  assert.deepEqual(
    commands.filter((command) => command.startsWith('newfs')),
    ['newfs /dev/rdsk/c0t3d0s0'],
  );
});

for (const table of [{ kind: 'dos', uuid: '0xfeed0001' }, undefined]) {
  test(`FreeBSD keeps recorded data where the disk shows ${table === undefined ? 'no table' : 'the slice alone'}`, () => {
    const kept = { startSector: 4_000_000 * 2, sizeSectors: 2_048_000 };
    const content = { fsType: 'ufs', fsUuid: '5f3c1a2b00c0ffee' };
    const facts = machine(disk({ sizeBytes: 16 * GiB, ...(table === undefined ? {} : { table }) }));
    const recorded = [{ name: 'ada0/f', diskPath: '/dev/vda', ...kept, fsUuid: content.fsUuid, found: content }];
    const spec = parsePartitionSpec('ada0: (a 2G ufs /) (b 1G swap) (f 1000M ufs /home data)');
    const layout = planLayout({ spec, facts, bindings: {}, machineId, family: 'freebsd', recorded });
    const [planned = assert.fail('no disk')] = layout.disks;
    const home = planned.partitions.find(({ letter }) => letter === 'f');
    assert.deepEqual([home?.verdict, home?.startSector, home?.sizeSectors], ['KEEP', ...Object.values(kept)]);
    assert.equal(planned.table.kind === 'bsd' && planned.table.slice.type, 'a5');
    const commands =
      osFamilies
        .get('freebsd')
        ?.render(layout)
        .operations.map(({ argv }) => argv.join(' ')) ?? [];
    assert.deepEqual(
      commands.filter((command) => command.startsWith('newfs')),
      ['newfs -U /dev/ada0s1a'],
    );
    assert.ok(commands.includes(`gpart add -t freebsd-ufs -b ${kept.startSector - 2048} -s 2048000 -i 6 ada0s1`));
  });
}

const families = ['solaris', 'sunos', 'freebsd', 'openbsd', 'netbsd', 'dos'].map(
  (name) => osFamilies.get(name) ?? assert.fail(name),
);

for (const family of families) {
  const letters = 'abcdefghijklmnopqrstuvwxyz'
    .split('')
    .filter((letter) => letter <= family.lastLetter && family.reservedLetters[letter] === undefined);
  const kinds = [...family.filesystems.keys()];
  const anySpec = fc
    .record({
      first: fc.constantFrom(...kinds.filter((name) => family.filesystems.get(name)?.rootable === true)),
      size: fc.integer({ min: 8, max: 3000 }),
      others: fc.array(fc.record({ kind: fc.constantFrom(...kinds), size: fc.integer({ min: 5, max: 4000 }) }), {
        maxLength: letters.length - 1,
      }),
      order: fc.shuffledSubarray(letters, { minLength: letters.length }),
      extraBytes: fc.nat(20_000_000),
    })
    .map(({ first, size, others, order, extraBytes }) => {
      const parts = others.map((other, index) => `(${order[index + 1]} ${other.size}M ${other.kind})`);
      const text = `disk0: (${order[0]} ${size}M ${first} /) ${parts.join(' ')}`;
      const sizeBytes = 200 * GiB + Math.floor(extraBytes / 512) * 512;
      return { text, sizeBytes };
    });

  test(`${family.name}: partitions lie at whole units, apart, in order, and the label can say them`, () => {
    fc.assert(
      fc.property(anySpec, ({ text, sizeBytes }) => {
        const layout = plan(text, { family: family.name, disk: { sizeBytes } });
        const [planned = assert.fail('no disk')] = layout.disks;
        const kind = tableKinds.get(planned.table.kind) ?? assert.fail('no table');
        const unitSectors = kind.unitBytesOf({ sizeBytes, logicalSectorBytes: 512 }) / 512;
        const real = planned.partitions.filter(({ role }) => role === undefined);
        assert.equal(new Set(real.map(({ number }) => number)).size, real.length);
        let free = planned.table.firstSector;
        for (const { startSector, sizeSectors } of real) {
          assert.ok(startSector % unitSectors === 0 && sizeSectors % unitSectors === 0 && sizeSectors > 0);
          assert.ok(startSector >= free);
          free = startSector + sizeSectors;
        }
        assert.ok(free <= planned.table.lastSector + 1);
        const primaryFirst = real.filter(({ letter }) => planned.table.kind !== 'dos' || (letter ?? '') <= 'c');
        const asked = [...text.matchAll(/\((\w) /g)].map(([, letter]) => letter);
        const inOrder = primaryFirst.map(({ letter }) => asked.indexOf(letter));
        assert.deepEqual(
          inOrder,
          inOrder.toSorted((left, right) => left - right),
        );
        assert.ok((family.renderLabel?.(planned, layout) ?? []).length > 0);
        assert.ok(family.render(layout).operations.length > 0);
      }),
      { numRuns: 50 },
    );
  });
}

test('a geometry of the database: cylinders are those of the disk', () => {
  const facts = machine(disk({ sizeBytes: 1024 ** 3, serial: 'SUN1.05' }));
  const layout = planLayout({
    spec: parsePartitionSpec('sd0: (a 200 ufs /) (b rest swap)'),
    facts,
    bindings: { sd0: 'serial:SUN1.05 geometry:14x72' },
    machineId,
    family: 'sunos',
  });
  const [planned = assert.fail()] = layout.disks;
  assert.deepEqual(planned.table.kind === 'sun' && [planned.table.heads, planned.table.sectorsPerTrack], [14, 72]);
  const root = planned.partitions.find(({ letter }) => letter === 'a');
  assert.deepEqual([root?.startSector, root?.sizeSectors], [0, 200 * 14 * 72]);
  // 2,080 cylinders, two of them alternates.
  assert.equal(planned.table.lastSector + 1, (Math.floor(1024 ** 3 / 512 / (14 * 72)) - 2) * 14 * 72);
});

test('a geometry of which the disk has no cylinder is a fault of DISK_<name>', () => {
  const geometry = { heads: 65_535, sectorsPerTrack: 65_535 };
  const messages = faultsOf('d: (a 10 ufs /)', { family: 'solaris', disk: { sizeBytes: 900 * GiB, geometry } });
  assert.match(messages.join(), /has no cylinder for partitions where one is 65535 heads of 65535 sectors, 2.00 TiB/);
});

test('every geometry and every size of a disk gives a layout that its label can say, or a fault', () => {
  const field = fc.constantFrom(1, 2, 63, 255, 256, 1024, 21_845, 32_767, 32_768, 32_769, 65_535);
  const bytes = fc.constantFrom(
    0,
    512,
    8_225_280 * 16,
    GiB,
    900 * GiB,
    1024 * GiB - 512,
    1024 * GiB,
    2048 * GiB - 512,
    2048 * GiB,
    2 ** 53 - 1,
  );
  fc.assert(
    fc.property(field, field, bytes, fc.constantFrom(...families), (heads, sectorsPerTrack, sizeBytes, family) => {
      const [filesystem] = [...family.filesystems.values()].filter(({ rootable }) => rootable).map(({ name }) => name);
      const text = `d: (a 10 ${filesystem} /) (e rest ${filesystem})`;
      try {
        const layout = plan(text, { family: family.name, disk: { sizeBytes, geometry: { heads, sectorsPerTrack } } });
        for (const each of layout.disks) assert.ok((family.renderLabel?.(each, layout) ?? []).length > 0);
        assert.ok(family.render(layout).operations.length > 0);
      } catch (error) {
        assert.ok(error instanceof FaultsError, String(error));
      }
    }),
    { numRuns: 500 },
  );
});
