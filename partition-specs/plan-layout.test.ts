import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { FaultsError } from '../lib/errors.ts';
import { disk, machine } from './testing/disk.ts';
import type { DiskFacts } from './disk-facts.ts';
import { describeLosses } from './format-layout.ts';
import type { Layout } from './layout.ts';
import { planLayout } from './plan-layout.ts';
import type { LayoutInput } from './plan-layout.ts';
import { parsePartitionSpec } from './spec.ts';
import { gptUsableSectors } from './tables/gpt.ts';

const GiB = 1024 ** 3;
const MiB = 1024 ** 2;
const machineId = '0b6f1d52-6a0e-4c3b-9a57-3f0d8c2e1a41';

type Given = Partial<Omit<LayoutInput, 'spec'>> & { readonly disks?: readonly DiskFacts[] };

function plan(text: string, { disks = [disk()], ...given }: Given = {}): Layout {
  return planLayout({ spec: parsePartitionSpec(text), facts: machine(...disks), bindings: {}, machineId, ...given });
}

function faultsOf(text: string, given: Given = {}): string[] {
  try {
    plan(text, given);
  } catch (error) {
    assert.ok(error instanceof FaultsError, String(error));
    return error.faults.map((fault) => fault.message);
  }
  throw new Error(`'${text}' was planned`);
}

function extents(layout: Layout): [number: number, startSector: number, sizeSectors: number][] {
  const partitions = layout.disks.flatMap((each) => each.partitions);
  return partitions.map(({ number, startSector, sizeSectors }) => [number, startSector, sizeSectors]);
}

test('exact sectors at 512 and 4096: BIOS boot first, whole MiB, rest up to the last whole MiB', () => {
  const text = 'disk0: (a 1G ext4 /) (c rest ext4 /home)';
  const sizeBytes = 4 * GiB;
  assert.deepEqual(extents(plan(text, { disks: [disk({ sizeBytes })] })), [
    [128, 2048, 2048],
    [1, 4096, 2097152],
    [3, 2101248, 6285312],
  ]);
  assert.deepEqual(extents(plan(text, { disks: [disk({ sizeBytes, logicalSectorBytes: 4096 })] })), [
    [128, 256, 256],
    [1, 512, 262144],
    [3, 262656, 785664],
  ]);
});

test('usable sectors as sfdisk reports them', () => {
  assert.deepEqual(gptUsableSectors(300 * MiB, 512), { first: 34, last: 614366 });
  assert.deepEqual(gptUsableSectors(300 * MiB, 4096), { first: 6, last: 76794 });
});

test('cylinders are rounded up to whole MiB', () => {
  assert.equal(extents(plan('hda: (a 421 ext4 /)'))[1]?.[2], Math.ceil((421 * 255 * 63 * 512) / MiB) * 2048);
});

const sharing: [text: string, mebibytes: number[]][] = [
  // 1024 MiB: one in front, one BIOS boot, one lost to the second table: 1021 to share.
  ['(a 25% ext4 /) (b 75% ext4)', [255, 765]],
  ['(a 100M ext4 /) (b 10M-2G ext4) (c 10M-2G swap)', [100, 460, 460]],
  ['(a 100M ext4 /) (b 100M-200M ext4) (c 100M-300M swap) (d rest ext4)', [100, 200, 300, 421]],
  ['(a 800M ext4 /) (b 100M-200M ext4) (c 100M-300M swap)', [800, 107, 114]],
  ['(a 500M ext4 /) (b 513M-900M swap) (c rest ext4)', [500, 513, 8]],
];
for (const [text, expected] of sharing) {
  test(`1 GiB shared as ${text}`, () => {
    const sizes = extents(plan(`disk0: ${text}`, { disks: [disk({ sizeBytes: GiB })] })).map(
      ([, , size]) => size / 2048,
    );
    assert.deepEqual(sizes, [1, ...expected]);
  });
}

const refused: [text: string, given: Given, messages: RegExp[]][] = [
  ['hda: (a 51 hpfs) (b 421 ext2 /)', {}, [/file system 'hpfs' is unknown on linux; supported: ext2, ext3, ext4, xfs/]],
  ['disk0: (a 1G ext4 /) (b rest ext4 /home data)', {}, [/data partition disk0b is not on disk .* no partitions$/]],
  ['disk0: (a 1G fat32 /)', {}, [/file system 'fat32' is unknown on linux; .*; did you mean vfat\?/]],
  [
    'disk0: (a 1G ext4 /boot/efi) (b 1G ext4 /)',
    { facts: { ...machine(disk()), firmware: 'uefi' } },
    [/UEFI firmware reads vfat on \/boot\/efi, not ext4/],
  ],
  ['disk0: (a 1G ext4 / data)', {}, [/the root cannot be 'data'/]],
  ['disk0: (a 1G ext4 /) (b 1G swap data)', {}, [/swap holds no data/]],
  ['disk0: (a 1G vfat /)', {}, [/vfat cannot hold the root of linux/]],
  ['disk0: (a 1G xfs /home label=0123456789abc) (b 1G ext4 /)', {}, [/label '0123456789abc' is too long.*12 bytes/]],
  [
    'disk0: (a 1G ext4 /) (b 1G swap /tmp noatime,pri=1)',
    {},
    [/'pri=1' is not a mount option of a file system in memory/],
  ],
  [
    'disk0: dos (a 1G ext4 /)',
    { facts: { ...machine(disk()), firmware: 'uefi' } },
    [/UEFI firmware cannot boot from a dos/],
  ],
  [
    'disk0: dos (a 1G ext4 /) (b 3T ext4 /srv)',
    { disks: [disk({ sizeBytes: 4096 * GiB })] },
    [/dos tables reach to 2.00 TiB, and disk .* 4.00 TiB\) would lose the rest/],
  ],
  ['d: (a 1G raid1 m) (b 1G ext4 /) e: (a 1G raid1 m) m: (ext4 /srv data)', twoDisks(), [/'data' is for partitions/]],
  [
    'disk0: (a 1G ext4 / dta) (b 1G swap prio=1)',
    {},
    [/'dta' is not a mount option of ext4 on linux; did you mean data\?/, /'prio=1' is not/],
  ],
  ['disk0: (a 1G ext4 /) (b 1G ext4 noatime)', {}, [/mount options without a mount point/]],
  ['disk0: (a 1G ext4 /home)', {}, [/nothing is mounted on \/, and ROOTFS names no partition/]],
  ['disk0: (a 1G ext4)', { rootfs: 'disk02' }, [/ROOTFS=disk02 names no partition/]],
  ['disk0: (a 1G ext4 /home)', { rootfs: 'disk01' }, [/ROOTFS=disk01 names the partition of \/home/]],
  ['disk0: (a 1G swap)', { rootfs: 'disk01' }, [/swap cannot hold the root of linux/]],
  ['disk0: (a 1G ext4 /)', { family: 'plan9' }, [/OS family 'plan9' is unknown; known: linux/]],
  [
    'disk0: (a 64G ext4 /)',
    { disks: [disk({ serial: 'S1' })] },
    [/disk0 is too small: disk serial S1 .* has 64.0 GiB .* 64.0 GiB are asked/],
  ],
  [
    'disk0: (a 10M ext4 /)',
    { disks: [disk({ sizeBytes: 100 * 1024 })] },
    [/has 0 bytes for partitions, and 10.0 MiB are asked/],
  ],
  [
    'disk0: (a 9% ext4 /) (b 1% swap)',
    { disks: [disk({ sizeBytes: 50 * MiB })] },
    [/4.00 MiB for ext4 on disk .*; it needs 8.00/, /0 bytes for swap/],
  ],
];
for (const [text, given, messages] of refused) {
  test(`refused: ${text} ${Object.keys(given).join(' ')}`, () => {
    const found = faultsOf(text, given);
    assert.equal(found.length, messages.length, found.join('\n'));
    for (const [index, message] of messages.entries()) assert.match(found[index] ?? '', message);
  });
}

test('what fits to the last MiB is planned, one MiB more is refused', () => {
  const disks = [disk({ sizeBytes: GiB })];
  assert.equal(extents(plan('disk0: (a 1021M ext4 /)', { disks })).length, 2);
  assert.match(
    faultsOf('disk0: (a 1022M ext4 /)', { disks }).join(),
    /has 1021 MiB for partitions, and 1022 MiB are asked/,
  );
});

test('UEFI firmware gets an EFI system partition, unless the spec has one', () => {
  const facts = { ...machine(disk()), firmware: 'uefi' as const };
  const [esp, root] = plan('disk0: (a 1G ext4 /)', { facts }).disks[0]?.partitions ?? [];
  assert.deepEqual(
    [esp?.number, esp?.type, esp?.sizeSectors, esp?.content?.mountPoint, root?.number],
    [127, 'c12a7328-f81f-11d2-ba4b-00a0c93ec93b', 512 * 2048, '/boot/efi', 1],
  );
  const own = plan('disk0: (a 300M vfat /boot/efi) (b 1G ext4 /)', { facts }).disks[0]?.partitions;
  assert.deepEqual(
    own?.map(({ number, type }) => [number, type.slice(0, 8)]),
    [
      [1, 'c12a7328'],
      [2, '4f68bce3'],
    ],
  );
});

function twoDisks(): Given {
  const disks = [disk({ path: '/dev/sda', serial: 'A' }), disk({ path: '/dev/sdb', serial: 'B' })];
  return { disks, bindings: { d: 'serial:A', e: 'serial:B' } };
}

test('faults of different disks come together', () => {
  const disks = [disk({ path: '/dev/sda', serial: 'A', sizeBytes: GiB }), disk({ path: '/dev/sdb', serial: 'B' })];
  const bindings = { x: 'serial:A', y: 'serial:C' };
  assert.equal(faultsOf('x: (a 2G ext4 /) y: (a 1G ext4 /home)', { disks, bindings }).length, 2);
});

test('ROOTFS gives the root when PARTITION does not, by number or by letter', () => {
  for (const rootfs of ['hda2', 'hdab']) {
    const [, , root] = plan('hda: (a 1G swap) (b 1G ext4)', { rootfs }).disks[0]?.partitions ?? [];
    assert.deepEqual([root?.content?.mountPoint, root?.type], ['/', '4f68bce3-e8cd-4db1-96e7-fbcaf984b709']);
  }
});

test('PARTITION decides over ROOTFS, and says so', () => {
  const layout = plan('hda: (a 1G ext4 /) (b 1G ext4)', { rootfs: 'hda2' });
  assert.deepEqual(layout.notes, ['ROOTFS=hda2 is not used: PARTITION mounts / itself']);
  assert.deepEqual(plan('hda: (a 1G ext4 /)', { rootfs: 'hda1' }).notes, []);
});

test('the BIOS boot partition goes to the disk of /boot, else of /', () => {
  const disks = [disk({ path: '/dev/sda', serial: 'A' }), disk({ path: '/dev/sdb', serial: 'B' })];
  const given = { disks, bindings: { x: 'serial:A', y: 'serial:B' } };
  for (const [text, bootDisk] of [
    ['x: (a 1G ext4 /) y: (a 1G ext4 /srv)', 'x'],
    ['x: (a 1G ext4 /) y: (a 1G ext4 /boot)', 'y'],
  ] as const) {
    const layout = plan(text, given);
    assert.deepEqual(layout.bootDisks, [bootDisk]);
    const added = layout.disks.filter((each) => each.partitions.some((part) => part.name === 'bios-boot'));
    assert.deepEqual(
      added.map((each) => each.name),
      [bootDisk],
    );
  }
});

test('errors=remount-ro is added to the root unless the spec says otherwise', () => {
  const options = (text: string) => plan(text).disks[0]?.partitions[1]?.content?.options;
  assert.deepEqual(options('disk0: (a 1G ext4 / noatime)'), ['noatime', 'errors=remount-ro']);
  assert.deepEqual(options('disk0: (a 1G ext4 / errors=panic)'), ['errors=panic']);
});

test('every partition found is deleted, with evidence; what is in use is told, other disks stay', () => {
  const found = {
    number: 1,
    path: '/dev/vda1',
    startSector: 2048,
    sizeSectors: 2056,
    type: '83',
    fsType: 'xfs',
    fsLabel: 'x',
  };
  const old = disk({ partitions: [{ ...found, mountpoints: ['/mnt'], holders: [] }] });
  const other = disk({ path: '/dev/vdb', removable: true, serial: 'B' });
  const layout = plan('disk0: (a 1G ext4 /)', { disks: [old, other] });
  assert.deepEqual(layout.disks[0]?.found, [
    {
      number: 1,
      path: '/dev/vda1',
      startSector: 2048,
      sizeSectors: 2056,
      verdict: 'DELETE',
      evidence: "xfs, labelled 'x', 1.00 MiB",
      holdsData: true,
      holdsFilesystem: true,
    },
  ]);
  assert.deepEqual(
    layout.untouched.map(({ path, serial }) => [path, serial]),
    [['/dev/vdb', 'B']],
  );
  assert.deepEqual(layout.disks[0]?.inUse, ['/dev/vda1 is mounted on /mnt']);
});

test('a disk that is mounted as a whole holds something, also when nobody knows what', () => {
  const layout = plan('disk0: (a 1G ext4 /)', { disks: [disk({ mountpoints: ['/'] })] });
  assert.equal(layout.disks[0]?.foundOnWholeDisk, 'no known file system, 64.0 GiB');
  assert.match(describeLosses(layout).join(), /the whole disk no serial/);
});

test('a file system on the whole disk is named', () => {
  assert.equal(
    plan('disk0: (a 1G ext4 /)', { disks: [disk({ fsType: 'LVM2_member' })] }).disks[0]?.foundOnWholeDisk,
    'LVM2_member, 64.0 GiB',
  );
});

test('refused when another attached disk carries one of the UUIDs, not when a planned one does', () => {
  const text = 'disk0: (a 1G ext4 /)';
  const bindings = { disk0: 'path:/dev/vda' };
  const root = plan(text).disks[0]?.partitions[1];
  const carriers: [RegExp, Partial<DiskFacts>][] = [
    [/meant for the ext4 of disk0-a, is in use on the whole of serial OLD/, { fsUuid: root?.content?.uuid ?? '' }],
    [
      /meant for partition disk0-a, is in use on the partition table/,
      { table: { kind: 'gpt', uuid: root?.uuid?.toUpperCase() ?? '' } },
    ],
    [/is in use on the ext4 in partition 3/, { partitions: [{ ...carrier, fsUuid: root?.content?.uuid ?? '' }] }],
    [/is in use on partition 3/, { partitions: [{ ...carrier, uuid: root?.uuid ?? '' }] }],
  ];
  for (const [message, carrying] of carriers) {
    const clone = disk({ path: '/dev/vdb', serial: 'OLD', ...carrying });
    assert.match(faultsOf(text, { disks: [disk(), clone], bindings }).join('\n'), message);
    plan(text, { disks: [{ ...clone, path: '/dev/vda' }], bindings });
  }
});

const carrier = {
  number: 3,
  startSector: 2048,
  sizeSectors: 2048,
  type: '83',
  fsType: 'ext4',
  mountpoints: [],
  holders: [],
};

const sizeWords = fc.oneof(
  fc.integer({ min: 2, max: 600 }).map(String),
  fc.integer({ min: 8, max: 4000 }).map((size) => `${size}M`),
  fc.integer({ min: 1, max: 12 }).map((percent) => `${percent}%`),
  fc
    .tuple(fc.integer({ min: 8, max: 500 }), fc.integer({ min: 1, max: 3000 }))
    .map(([min, more]) => `${min}M-${min + more}M`),
);
const specs = fc
  .record({
    sizes: fc.array(sizeWords, { minLength: 1, maxLength: 8 }),
    letters: fc.shuffledSubarray('abcdefghijklmnopqrstuvwxyz'.split(''), { minLength: 8 }),
    restAt: fc.integer({ min: 0, max: 12 }),
  })
  .map(({ sizes, letters, restAt }) => {
    const words = sizes.map((size, index) => (index === restAt ? 'rest' : size));
    return words.map((size, index) => `(${letters[index]} ${size} ${index === 0 ? 'ext4 /' : 'swap'})`);
  });
const disks = fc
  .record({
    sectors: fc.integer({ min: 0, max: 2 ** 24 }),
    extra: fc.integer({ min: 0, max: 511 }),
    wide: fc.boolean(),
  })
  .map(({ sectors, extra, wide }) =>
    disk({ sizeBytes: sectors * 4096 + extra, logicalSectorBytes: wide ? 4096 : 512 }),
  );

test('any layout: aligned, no overlap, within the usable range, sizes as asked, the same each time', () => {
  let planned = 0;
  fc.assert(
    fc.property(specs, disks, (partitions, facts) => {
      const text = `disk0: ${partitions.join(' ')}`;
      let layout: Layout;
      try {
        layout = plan(text, { disks: [facts] });
      } catch (error) {
        assert.ok(error instanceof FaultsError);
        return;
      }
      planned += 1;
      assert.deepEqual(plan(text, { disks: [facts] }), layout);
      checkInvariants(layout, parsePartitionSpec(text));
    }),
    { numRuns: 500 },
  );
  assert.ok(planned > 100, `only ${planned} of 500 could be planned`);
});

function checkInvariants(layout: Layout, spec: ReturnType<typeof parsePartitionSpec>): void {
  const [{ partitions, table, hardware } = assert.fail('no disk')] = layout.disks;
  const unit = MiB / hardware.logicalSectorBytes;
  let free = table.firstSector;
  for (const { startSector, sizeSectors } of partitions) {
    assert.ok(startSector >= free && startSector % unit === 0 && sizeSectors % unit === 0 && sizeSectors > 0);
    free = startSector + sizeSectors;
  }
  assert.ok(free - 1 <= table.lastSector);
  assert.equal(new Set(partitions.map((part) => part.number)).size, partitions.length);
  const asked = spec.disks[0]?.partitions ?? [];
  const capacity = (Math.floor((table.lastSector + 1) / unit) - 2) * MiB;
  for (const [index, { size }] of asked.entries()) {
    const sizeBytes = (partitions[index + 1]?.sizeSectors ?? 0) * hardware.logicalSectorBytes;
    const most = size.kind === 'range' ? size.maxBytes : Number.MAX_SAFE_INTEGER;
    const least = { exact: 'sizeBytes' in size ? size.sizeBytes : 0, range: 'minBytes' in size ? size.minBytes : 0 };
    if (size.kind === 'exact') assert.ok(sizeBytes >= least.exact && sizeBytes < least.exact + MiB);
    if (size.kind === 'range') assert.ok(sizeBytes >= least.range && sizeBytes <= most);
    if (size.kind === 'percent') assert.equal(sizeBytes, Math.floor((capacity * size.percent) / 100 / MiB) * MiB);
  }
  if (asked.some(({ size }) => size.kind === 'rest'))
    assert.equal(free * hardware.logicalSectorBytes, capacity + 2 * MiB);
}
