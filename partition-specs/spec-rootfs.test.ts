import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FaultsError } from '../lib/errors.ts';
import type { DiskFacts } from './disk-facts.ts';
import { osFamilies } from './os-families/all.ts';
import { planLayout } from './plan-layout.ts';
import { withRoot } from './spec-rootfs.ts';
import { parsePartitionSpec } from './spec.ts';
import { contentsOf } from './spec-types.ts';
import { disk, machine } from './testing/disk.ts';

const PAPER = 'hda: dos (a 100M ext4 /boot) (d 5G ext4) (e 6G ext4) (f 1G swap)';

/** The letter that becomes the root, or what is wrong. */
function rootOf(text: string, rootfs: string, family = 'linux'): string {
  const known = osFamilies.get(family) ?? assert.fail(family);
  const { spec, problem } = withRoot(parsePartitionSpec(text), rootfs, known);
  const root = contentsOf(spec).find(({ mountPoint }) => mountPoint === '/');
  return problem?.message ?? (root !== undefined && 'letter' in root ? String(root.letter) : 'none');
}

const cases: [text: string, rootfs: string, family: string, root: string | RegExp][] = [
  [PAPER, 'hda5', 'linux', 'd'],
  [PAPER, 'hda6', 'linux', 'e'],
  [PAPER, '/dev/hda6', 'linux', 'e'],
  [PAPER, 'hdad', 'linux', 'd'],
  [
    PAPER,
    'hda4',
    'linux',
    /names no partition .*it has hda1 \(hda a\), hda5 \(hda d\), hda6 \(hda e\), hda7 \(hda f\)/,
  ],
  ['hda: dos (a 1G ext4) (h 5G ext4) (d 5G ext4)', 'hda5', 'linux', 'h'],
  ['hda: dos (d 5G ext4) (a 1G ext4)', 'hda1', 'linux', 'a'],
  ['hda: (a 1G swap) (d 5G ext4) (e 5G ext4)', 'hda5', 'linux', 'e'],
  ['hda: gpt (a 1G swap) (d 5G ext4)', 'hda4', 'linux', 'd'],
  ['nvme0n1: (a 1G swap) (b 5G ext4)', 'nvme0n1p2', 'linux', 'b'],
  ['nvme0n1: dos (a 1G swap) (d 5G ext4)', 'nvme0n1p5', 'linux', 'd'],
  ['disk1: (a 1G swap) (k 5G ext4) disk11: (a 5G ext4)', 'disk111', 'linux', /could be disk1 k and disk11 a/],
  ['hda: (a 10M msdos) (d rest msdos)', 'hda5', 'dos', 'd'],
  ['c0t3d0: (a 500 ufs) (b 50 swap)', 'c0t3d0s0', 'solaris', 'a'],
  ['c0t3d0: (a 500 ufs) (b 50 swap)', '/dev/dsk/c0t3d0s0', 'solaris', 'a'],
  ['sd0: (a 500 ufs) (d 50 ufs)', 'sd0d', 'sunos', 'd'],
  ['ada0: (a 500 ufs) (d 50 ufs)', 'ada0s1d', 'freebsd', 'd'],
  ['wd0: (a 500 ffs) (e 50 ffs)', 'wd0e', 'netbsd', 'e'],
];
for (const [text, rootfs, family, root] of cases) {
  test(`ROOTFS=${rootfs} on ${family}: ${text}`, () => {
    if (typeof root === 'string') assert.equal(rootOf(text, rootfs, family), root);
    else assert.match(rootOf(text, rootfs, family), root);
  });
}

const GiB = 1024 ** 3;
const machineId = '0b6f1d52-6a0e-4c3b-9a57-3f0d8c2e1a41';

/** Extended from 1 GiB on, with the data as the first logical partition at `dataAtSector`. */
function diskWithData(dataAtSector: number): DiskFacts {
  const part = { mountpoints: [], holders: [] };
  return disk({
    sizeBytes: 64 * GiB,
    table: { kind: 'dos', uuid: '0x11223344' },
    partitions: [
      { ...part, number: 2, startSector: 2_099_200, sizeSectors: 120_000_000, type: '5' },
      {
        ...part,
        number: 5,
        startSector: dataAtSector,
        sizeSectors: 20_971_520,
        type: '83',
        fsType: 'ext4',
        fsLabel: '/home',
        fsUuid: 'b6e3f07e-d17e-4874-a05d-e0943698b801',
      },
    ],
  });
}

function planned(text: string, rootfs: string, dataAtSector: number): string {
  const facts = machine(diskWithData(dataAtSector));
  try {
    const layout = planLayout({ spec: parsePartitionSpec(text), facts, bindings: {}, machineId, rootfs });
    return layout.disks[0]?.partitions.find(({ content }) => content?.mountPoint === '/')?.device ?? 'none';
  } catch (error) {
    assert.ok(error instanceof FaultsError, String(error));
    return error.faults.map(({ where, message }) => `${where}: ${message}`).join('\n');
  }
}

test('a DOS table that is kept numbers as one that is asked for, and never another partition than is named', () => {
  const text = 'hda: (a 1G ext4 /boot) (d 10G ext4 /home data) (e 5G ext4)';
  // In front of the data there is no room for a logical partition of 5 GiB.
  assert.equal(planned(text, 'hda6', 2_101_248), '/dev/vda6');
  assert.match(planned(text, 'hda6', 40_000_000), /ROOTFS: ROOTFS=hda6 is letter e .* it would be \/dev\/vda5/);
  assert.equal(planned(text, 'hdae', 40_000_000), '/dev/vda5');
});
