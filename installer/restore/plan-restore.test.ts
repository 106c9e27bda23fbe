import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { packRange } from '../../contract/saved-range.ts';
import type { SavedDisk } from '../../contract/disk-record.ts';
import { overlaps } from '../../lib/byte-extents.ts';
import type { Extent } from '../../lib/byte-extents.ts';
import { planRestore } from './plan-restore.ts';
import type { RestoreInput, RestorePlan } from './plan-restore.ts';
import type { Dump } from '../saved-tables/sfdisk-dump.ts';

const SECTOR = 512;
const SECTORS = 64;
const sectors = (start: number, count: number): Extent => ({ offsetBytes: start * SECTOR, sizeBytes: count * SECTOR });

function dumpOf(...partitions: readonly Extent[]): Dump {
  return {
    label: 'gpt',
    partitions: partitions.map((extent, index) => ({ ...extent, number: index + 1, type: '83' })),
    lines: [],
  };
}

type Case = {
  readonly wanted: Uint8Array<ArrayBuffer>;
  readonly now: Uint8Array<ArrayBuffer>;
  readonly savedPartitions?: readonly Extent[];
  readonly currentPartitions?: readonly Extent[];
  readonly savedLabel?: readonly Extent[];
  readonly currentLabel?: readonly Extent[];
  readonly data?: readonly Extent[];
  readonly signature?: Extent;
  readonly contents?: ReadonlyMap<number, string>;
};

/** A disk of 64 sectors, all of it saved. */
function plan(given: Case): RestorePlan {
  const { wanted, now, signature } = given;
  const at = ({ offsetBytes, sizeBytes }: Extent, bytes: Uint8Array<ArrayBuffer>) =>
    bytes.slice(offsetBytes, offsetBytes + sizeBytes);
  const saved: SavedDisk = {
    path: '/dev/vda',
    sizeBytes: SECTORS * SECTOR,
    logicalSectorBytes: SECTOR,
    dump: 'label: gpt\n',
    ranges: [
      packRange({ what: 'table', offsetBytes: 0 }, wanted),
      ...(signature === undefined
        ? []
        : [packRange({ what: 'signature', type: 'ext4', offsetBytes: signature.offsetBytes }, at(signature, wanted))]),
    ],
  };
  const input: RestoreInput = {
    saved,
    savedTable: { dump: dumpOf(...(given.savedPartitions ?? [])), label: given.savedLabel ?? [] },
    currentTable: { dump: dumpOf(...(given.currentPartitions ?? [])), label: given.currentLabel ?? [] },
    data: given.data ?? [],
    current: signature === undefined ? [now] : [now, at(signature, now)],
    contents: given.contents ?? new Map(),
  };
  return planRestore(input);
}

function apply({ writes }: RestorePlan, disk: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const after = disk.slice();
  for (const { offsetBytes, bytes } of writes) after.set(bytes, offsetBytes);
  return after;
}

const extent = fc.tuple(fc.nat(SECTORS - 1), fc.integer({ min: 1, max: 20 })).map(([start, count]) => {
  return sectors(start, Math.min(count, SECTORS - start));
});
const extents = fc.array(extent, { maxLength: 4 });
const disk = fc.array(fc.nat(2), { minLength: SECTORS, maxLength: SECTORS }).map((fillers) => {
  return new Uint8Array(fillers.flatMap((filler) => Array.from({ length: SECTOR }, () => filler)));
});

test('contents of partitions and data extents are never written to, the saved table always is, and once is enough', () => {
  const cases = fc.record({
    wanted: disk,
    now: disk,
    savedPartitions: extents,
    currentPartitions: extents,
    savedLabel: extents,
    currentLabel: extents,
    data: extents,
  });
  fc.assert(
    fc.property(cases, (given) => {
      const planned = plan(given);
      const labels = [...given.savedLabel, ...given.currentLabel];
      const kept = [...given.savedPartitions, ...given.currentPartitions, ...given.data];
      const after = apply(planned, given.now);
      for (let number = 0; number < SECTORS; number += 1) {
        const sector = sectors(number, 1);
        const [at, end] = [sector.offsetBytes, sector.offsetBytes + SECTOR];
        const inLabel = labels.some((label) => overlaps(label, sector));
        const isKept = !inLabel && kept.some((one) => overlaps(one, sector));
        const expected = (isKept ? given.now : given.wanted).subarray(at, end);
        assert.equal(Buffer.compare(after.subarray(at, end), expected), 0, `sector ${number}`);
      }
      assert.deepEqual(plan({ ...given, now: after }).writes, []);
    }),
  );
});

const MAGIC: Extent = { offsetBytes: 10 * SECTOR + 56, sizeBytes: 2 };
function withMagic(bytes: readonly number[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(SECTORS * SECTOR);
  all.set(bytes, MAGIC.offsetBytes);
  return all;
}

const SIGNATURES: readonly {
  name: string;
  now: readonly number[];
  contents?: ReadonlyMap<number, string>;
  currentPartitions?: readonly Extent[];
  note?: RegExp;
  written?: true;
}[] = [
  { name: 'wiped', now: [0, 0], written: true },
  { name: 'still there', now: [0x53, 0xef] },
  { name: 'other bytes', now: [1, 0], note: /other bytes are there now/ },
  {
    name: 'another file system in its place',
    now: [0, 0],
    contents: new Map([[8 * SECTOR, 'xfs']]),
    note: /its place holds xfs now/,
  },
  {
    name: 'another file system, which begins elsewhere',
    now: [0, 0],
    currentPartitions: [sectors(4, 10)],
    contents: new Map([[4 * SECTOR, 'btrfs']]),
    note: /partition 1, which is there now, holds btrfs/,
  },
  { name: 'an empty partition in its place', now: [0, 0], currentPartitions: [sectors(4, 10)], written: true },
];
for (const { name, now, note, written, ...more } of SIGNATURES) {
  test(`a signature: ${name}`, () => {
    const planned = plan({
      wanted: withMagic([0x53, 0xef]),
      now: withMagic(now),
      savedPartitions: [sectors(8, 20)],
      signature: MAGIC,
      ...more,
    });
    const signatures = planned.writes.map(({ what, offsetBytes, bytes, why }) => [
      what,
      offsetBytes,
      bytes.length,
      why,
    ]);
    assert.deepEqual(signatures, written === true ? [['signature', MAGIC.offsetBytes, 2, 'ext4 of partition 1']] : []);
    if (note === undefined) assert.deepEqual(planned.notes, []);
    else assert.match(planned.notes[0] ?? '', note);
  });
}
