import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GiB, MiB } from '../lib/bytes.ts';
import { FaultsError } from '../lib/errors.ts';
import type { Layout } from './layout.ts';
import { planLayout } from './plan-layout.ts';
import { checkSpecSupport } from './spec-support.ts';
import { parsePartitionSpec } from './spec.ts';
import { disk, machine } from './testing/disk.ts';

type Given = { readonly family?: string; readonly geometry?: string; readonly sizeBytes?: number };

function plan(text: string, { family, geometry = '255x63', sizeBytes = 20 * GiB }: Given): Layout {
  return planLayout({
    spec: parsePartitionSpec(text),
    facts: machine(disk({ serial: 'S', sizeBytes })),
    bindings: { d: `serial:S geometry:${geometry}` },
    machineId: '0b6f1d52-6a0e-4c3b-9a57-3f0d8c2e1a41',
    family,
  });
}

const sizeOf = (layout: Layout, letter: string): number =>
  (layout.disks[0]?.partitions.find((each) => each.letter === letter)?.sizeSectors ?? 0) * 512;

test('a range takes what its ends are by themselves, in cylinders of the disk, or in bytes', () => {
  const sun = { family: 'solaris', geometry: '14x72', sizeBytes: GiB };
  const cases: [size: string, bytes: number, given?: Given][] = [
    ['500-501', 247 * MiB, { geometry: '14x72' }],
    ['500', 247 * MiB, { geometry: '14x72' }],
    ['500-501', 3930 * MiB],
    ['501', 3930 * MiB],
    ['400-300M', 300 * MiB, { geometry: '14x72' }],
    ['100M-500', 247 * MiB, { geometry: '14x72' }],
    ['1500K-3000K', 2 * MiB],
    ['100M-200M', 200 * MiB],
    ['3-4', 4 * 14 * 72 * 512, sun],
    ['1M-2M', 4 * 14 * 72 * 512, sun],
  ];
  for (const [size, bytes, given = {}] of cases) {
    const filesystem = given.family === undefined ? 'ext4' : 'ufs';
    const text = `d: (a rest ${filesystem} /) (b ${size} swap)`;
    assert.equal(sizeOf(plan(text, given), 'b'), bytes, `${size} ${given.geometry ?? ''}`);
  }
});

test('a range without a whole unit in it is refused, where it can be before a disk is known', () => {
  const sun = { family: 'solaris', geometry: '14x72' };
  const cases: [text: string, message: RegExp, given?: Given][] = [
    [
      'd: (a rest ext4 /) (b 1500K-1600K swap)',
      /no size lies within 1.46 MiB to 1.56 MiB: .* of 1.00 MiB, and the next one is 2.00 MiB/,
    ],
    ['d: (a 9G lvm v) v: (r 1G ext4 /) (s 5M-7M swap)', /whole multiples of 4.00 MiB, and the next one is 8.00 MiB/],
    ['d: (a 500 ufs /) (b 1M-1100K swap)', /no size lies within/, sun],
    ['d: (a rest ext4 /) (b 1-20G swap)', /no size lies within 2.00 TiB to 20.0 GiB/, { geometry: '65535x65535' }],
  ];
  for (const [text, message, given = {}] of cases) {
    const isFault = (error: unknown) =>
      error instanceof FaultsError && error.exitCode === 2 && message.test(error.message);
    assert.throws(() => plan(text, given), isFault, text);
    if (given.family === undefined && given.geometry === undefined) {
      assert.throws(() => checkSpecSupport({ spec: parsePartitionSpec(text) }), isFault, text);
    }
  }
});

test('the note about cylinders has ranges and volumes', () => {
  const text = 'd: (a 500-501 swap) (b 400-20G lvm v) v: (r 1G ext4 /) (s 10 swap) (t 1G-400 swap)';
  const { notes } = checkSpecSupport({ spec: parsePartitionSpec(text) });
  assert.match(notes.join(), /\(d a: 500-501, d b: 400-20.0 GiB, v s: 10, v t: 1.00 GiB-400\)$/);
});
