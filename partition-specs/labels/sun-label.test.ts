import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { xorWords } from './byte-range.ts';
import { renderSunLabel, sectorsOfGeometry, sunFlags, sunTags } from './sun-label.ts';
import type { SunGeometry, SunSlice } from './sun-label.ts';

const geometry: SunGeometry = { heads: 16, sectors: 63, cylinders: 2000, alternates: 2 };
const CYLINDER = 16 * 63;

function labelOf(slices: readonly SunSlice[], of: SunGeometry = geometry): DataView {
  const [range = assert.fail('no bytes'), ...more] = renderSunLabel({ geometry: of, slices, name: 'SUN0535' });
  assert.deepEqual([more.length, range.offsetBytes, range.bytes.length], [0, 0, 512]);
  return new DataView(range.bytes.buffer);
}

function slice(number: number, startSector: number, sizeSectors: number): SunSlice {
  return { number, startSector, sizeSectors, tag: sunTags.usr, flags: 0 };
}

/** As many slices as there are numbers, one behind the other, with gaps, in a shuffled order of numbers. */
const anyLabel = fc
  .record({
    heads: fc.integer({ min: 1, max: 255 }),
    sectors: fc.integer({ min: 1, max: 255 }),
    alternates: fc.integer({ min: 0, max: 2 }),
    pieces: fc.array(fc.record({ gap: fc.nat(5), size: fc.integer({ min: 1, max: 4000 }) }), { maxLength: 7 }),
    numbers: fc.shuffledSubarray([0, 1, 3, 4, 5, 6, 7], { minLength: 7 }),
    tail: fc.nat(5),
  })
  .map(({ heads, sectors, alternates, pieces, numbers, tail }) => {
    let cylinder = 0;
    const slices = pieces.map(({ gap, size }, index): SunSlice => {
      const start = cylinder + gap;
      cylinder = start + size;
      const unit = heads * sectors;
      return { ...slice(numbers[index] ?? 0, start * unit, size * unit), tag: index, flags: sunFlags.readOnly };
    });
    return { geometry: { heads, sectors, alternates, cylinders: cylinder + tail }, slices };
  });

test('every slice is where it was asked for, and the words of the label cancel out', () => {
  fc.assert(
    fc.property(anyLabel, ({ geometry: of, slices }) => {
      const view = labelOf(slices, of);
      assert.equal(xorWords(new Uint8Array(view.buffer), false), 0);
      const spc = view.getUint16(436) * view.getUint16(438);
      const whole = { ...slice(2, 0, sectorsOfGeometry(of)), tag: sunTags.backup, flags: sunFlags.unmountable };
      const found = [0, 1, 2, 3, 4, 5, 6, 7]
        .map((number) => ({
          number,
          startSector: view.getUint32(444 + number * 8) * spc,
          sizeSectors: view.getUint32(448 + number * 8),
          tag: view.getUint16(142 + number * 4),
          flags: view.getUint16(144 + number * 4),
        }))
        .filter(({ sizeSectors }) => sizeSectors > 0);
      const wanted = [...slices, ...(whole.sizeSectors > 0 ? [whole] : [])];
      assert.deepEqual(
        found,
        wanted.toSorted((left, right) => left.number - right.number),
      );
    }),
  );
});

test('the text that format shows, and the fields that the firmware reads', () => {
  const view = labelOf([slice(0, 0, CYLINDER)]);
  const text = Buffer.from(view.buffer).subarray(0, 128).toString('latin1').replace(/\0+$/, '');
  assert.equal(text, 'SUN0535 cyl 2000 alt 2 hd 16 sec 63');
  assert.equal(view.getUint16(422), 2002);
  assert.equal(view.getUint16(432), 2000);
  assert.equal(view.getUint16(508), 0xdabe);
  assert.equal(view.getUint32(188), 0x600ddeee);
  assert.deepEqual([view.getUint32(128), view.getUint16(140)], [1, 8]);
  const [named = assert.fail('no bytes')] = renderSunLabel({ geometry, slices: [], name: 'disk', volume: 'underdog' });
  assert.equal(Buffer.from(named.bytes).toString('latin1', 132, 140), 'underdog');
});

test('what the label cannot say is not written', () => {
  const cases: [RegExp, SunSlice[], SunGeometry?][] = [
    [/slice 0: 1007\+1008 are no whole cylinders/, [slice(0, CYLINDER - 1, CYLINDER)]],
    [/slice 0: 0\+1009 are no whole cylinders/, [slice(0, 0, CYLINDER + 1)]],
    [/slice 2 is the whole disk/, [slice(2, 0, CYLINDER)]],
    [/slice: 8 is not in 0…7/, [slice(8, 0, CYLINDER)]],
    [/a slice is there twice/, [slice(1, 0, CYLINDER), slice(1, CYLINDER, CYLINDER)]],
    [/sector 1008 is taken/, [slice(0, 0, 2 * CYLINDER), slice(1, CYLINDER, CYLINDER)]],
    [/ends at sector 2017008, the space at 2016000/, [slice(0, 0, 2001 * CYLINDER)]],
    [/an empty extent/, [slice(0, 0, 0)]],
    [/cylinders: 65536 is not in/, [], { ...geometry, cylinders: 65_534 }],
    [/sectors of the disk/, [], { heads: 255, sectors: 255, cylinders: 33_025, alternates: 2 }],
  ];
  for (const [message, slices, of] of cases) assert.throws(() => labelOf(slices, of), message);
  assert.throws(() => renderSunLabel({ geometry, slices: [], name: 'ä' }), /not ASCII/);
});
