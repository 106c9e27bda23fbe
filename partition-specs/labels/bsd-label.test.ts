import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { bsdFsTypes, freebsdLabel, netbsdLabel, openbsdLabel, renderBsdLabel } from './bsd-label.ts';
import type { BsdDisk, BsdFlavour, BsdLabel, BsdPartition } from './bsd-label.ts';
import { xorWords } from './byte-range.ts';

const flavours: Readonly<Record<string, BsdFlavour>> = { freebsdLabel, netbsdLabel, openbsdLabel };
const disk: BsdDisk = {
  diskSectors: 1_000_000,
  heads: 255,
  sectors: 63,
  slice: { startSector: 2048, sizeSectors: 900_000 },
};

function labelOf(given: Partial<BsdLabel>): DataView {
  const whole: BsdLabel = { flavour: openbsdLabel, disk, partitions: [], name: 'disk0', ...given };
  const [range = assert.fail('no bytes'), ...more] = renderBsdLabel(whole);
  assert.deepEqual([more.length, range.offsetBytes], [0, (whole.disk.slice.startSector + 1) * 512]);
  assert.equal(range.bytes.length, 512);
  return new DataView(range.bytes.buffer);
}

function slots(view: DataView): [letter: string, start: number, size: number, fsType: number][] {
  const letters = 'abcdefghijklmnop'.split('').slice(0, view.getUint16(138, true));
  return letters.flatMap((letter, index) => {
    const at = 148 + index * 16;
    const size = view.getUint32(at, true);
    return size === 0 ? [] : [[letter, view.getUint32(at + 4, true), size, view.getUint8(at + 12)]];
  });
}

const anyPartitions = fc.record({
  letters: fc.shuffledSubarray('abefgh'.split(''), { minLength: 0 }),
  sliceStart: fc.constantFrom(0, 63, 2048, 2 ** 31),
  gaps: fc.array(fc.integer({ min: 16, max: 5000 }), { minLength: 6, maxLength: 6 }),
  sizes: fc.array(fc.integer({ min: 1, max: 2 ** 26 }), { minLength: 6, maxLength: 6 }),
  types: fc.array(fc.constantFrom(1, 7, 8, 17), { minLength: 6, maxLength: 6 }),
});

for (const [name, flavour] of Object.entries(flavours)) {
  test(`${name}: every partition is where it was asked for, and the words of the label cancel out`, () => {
    fc.assert(
      fc.property(anyPartitions, ({ letters, sliceStart, gaps, sizes, types }) => {
        let sector = sliceStart;
        const partitions = letters.map((letter, index): BsdPartition => {
          const startSector = sector + (gaps[index] ?? 16);
          const sizeSectors = sizes[index] ?? 1;
          sector = startSector + sizeSectors;
          return { letter, startSector, sizeSectors, fsType: types[index] ?? 7 };
        });
        const slice = { startSector: sliceStart, sizeSectors: sector + 100 - sliceStart };
        const of = { diskSectors: sector + 500, heads: 16, sectors: 63, slice };
        const view = labelOf({ flavour, disk: of, partitions });
        assert.equal(xorWords(new Uint8Array(view.buffer), true), 0);
        const base = flavour.startsFrom === 'slice' ? sliceStart : 0;
        const ours = partitions.map(({ letter, startSector, sizeSectors, fsType }) => {
          return [letter, startSector - base, sizeSectors, fsType] as const;
        });
        const whole = Object.entries(flavour.reserved).map(([letter, covers]) =>
          covers === 'disk' ? [letter, 0, of.diskSectors, 0] : [letter, sliceStart - base, slice.sizeSectors, 0],
        );
        assert.deepEqual(
          slots(view),
          [...ours, ...whole].toSorted(([left], [right]) => (left < right ? -1 : 1)),
        );
      }),
    );
  });
}

test('each system finds its own fields', () => {
  const partitions = [{ letter: 'a', startSector: 2048, sizeSectors: 1000, fsType: bsdFsTypes.ffs }];
  const u32 = (view: DataView, ...places: number[]) => places.map((at) => view.getUint32(at, true));
  const freebsd = labelOf({ flavour: freebsdLabel, partitions });
  assert.equal(Buffer.from(freebsd.buffer).toString('latin1', 24, 30), 'disk0\0');
  assert.deepEqual(
    u32(freebsd, 0, 40, 44, 48, 52, 56, 60, 132),
    [0x8256_4557, 512, 63, 255, 56, 16_065, 900_000, 0x8256_4557],
  );
  assert.deepEqual([freebsd.getUint16(138, true), ...u32(freebsd, 140)], [8, 8192]);
  const uid = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
  const openbsd = labelOf({ flavour: openbsdLabel, partitions, uid });
  assert.deepEqual([...new Uint8Array(openbsd.buffer, 64, 8)], [...uid]);
  // Size of the disk, no rpm, bounds, version 1, and fragments of 2048 in blocks of 16384 in one byte.
  assert.deepEqual(u32(openbsd, 60, 72, 80, 84), [1_000_000, 0, 2048, 902_048]);
  assert.deepEqual([openbsd.getUint16(114, true), openbsd.getUint8(148 + 13)], [1, 0x14]);
  const netbsd = labelOf({ flavour: netbsdLabel, partitions });
  assert.deepEqual([...u32(netbsd, 60, 148 + 8), netbsd.getUint8(148 + 13)], [1_000_000, 2048, 8]);
});

test('what the label cannot say is not written', () => {
  const part = (given: Partial<BsdPartition>): { partitions: BsdPartition[] } => ({
    partitions: [{ letter: 'a', startSector: 4096, sizeSectors: 1000, fsType: bsdFsTypes.ffs, ...given }],
  });
  const cases: [RegExp, Partial<BsdLabel>][] = [
    [/c is reserved/, part({ letter: 'c' })],
    [/d is reserved/, { flavour: netbsdLabel, ...part({ letter: 'd' }) }],
    [/slot of i: 8 is not in/, { flavour: freebsdLabel, ...part({ letter: 'i' }) }],
    [/slot of q/, part({ letter: 'q' })],
    [/not a letter/, part({ letter: 'A' })],
    [/sector 2047 is taken, or before the space/, part({ startSector: 2047 })],
    [/ends at sector 902049/, part({ startSector: 902_048, sizeSectors: 1 })],
    [/would overwrite the label/, part({ startSector: 2063, fsType: bsdFsTypes.swap })],
    [/file system type of a/, part({ fsType: 0 })],
    [/a letter is there twice/, { partitions: [4096, 8192].flatMap((at) => part({ startSector: at }).partitions) }],
    [/UID of 8 bytes/, { flavour: freebsdLabel, uid: new Uint8Array(8) }],
    [/slice: ends at/, { disk: { ...disk, diskSectors: 902_047 } }],
    [/sectors of the disk/, { disk: { ...disk, diskSectors: 2 ** 32 } }],
    [/heads/, { disk: { ...disk, heads: 256 } }],
  ];
  for (const [message, given] of cases) assert.throws(() => labelOf(given), message);
  labelOf(part({ startSector: 2048 }));
});
