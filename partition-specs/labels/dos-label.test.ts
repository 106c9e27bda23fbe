import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { chsOf, renderDosLabel } from './dos-label.ts';
import type { DosLabel, DosLogical, DosPrimary } from './dos-label.ts';

function label(given: Partial<DosLabel>): DosLabel {
  return { sectorBytes: 512, diskId: 0x1234_abcd, primaries: [], logicals: [], ...given };
}

function primary(number: number, startSector: number, sizeSectors: number, type = 0x83): DosPrimary {
  return { number, type, startSector, sizeSectors };
}

type Entry = { readonly type: number; readonly start: number; readonly size: number };

/** The sectors that were written, by number. */
function sectorsOf(of: DosLabel): Map<number, Uint8Array> {
  return new Map(
    renderDosLabel(of).map(({ offsetBytes, bytes }) => {
      const sector = new Uint8Array(of.sectorBytes);
      sector.set(bytes, offsetBytes % of.sectorBytes);
      return [Math.floor(offsetBytes / of.sectorBytes), sector];
    }),
  );
}

function entry(sector: Uint8Array, index: number): Entry {
  const view = new DataView(sector.buffer, 446 + index * 16);
  return { type: view.getUint8(4), start: view.getUint32(8, true), size: view.getUint32(12, true) };
}

/** Walks the chain as the systems do. */
function readLogicals(of: DosLabel): Entry[] {
  const sectors = sectorsOf(of);
  const found: Entry[] = [];
  const extended = of.primaries.find(({ type }) => type === 5)?.startSector ?? 0;
  for (let at = extended; ;) {
    const sector = sectors.get(at) ?? assert.fail(`nothing was written at ${at}`);
    const [first, next] = [entry(sector, 0), entry(sector, 1)];
    if (first.type !== 0) found.push({ ...first, start: at + first.start });
    if (next.type === 0) return found;
    const reach = extended + next.start + next.size;
    at = extended + next.start;
    const { start, size } = entry(sectors.get(at) ?? assert.fail(`nothing was written at ${at}`), 0);
    assert.equal(reach, at + start + size, 'a link reaches to the end of what its record describes');
  }
}

const anyChain = fc
  .record({
    sectorBytes: fc.constantFrom(512, 4096),
    start: fc.integer({ min: 1, max: 2 ** 31 }),
    // In front of the record, between record and partition, and the partition.
    pieces: fc.array(fc.tuple(fc.nat(10), fc.nat(3000), fc.integer({ min: 1, max: 2 ** 26 })), { maxLength: 20 }),
    types: fc.array(fc.constantFrom(0x82, 0x83, 0x06, 0x0c), { minLength: 20, maxLength: 20 }),
  })
  .map(({ sectorBytes, start, pieces, types }) => {
    let sector = start;
    const logicals = pieces.map(([before, between, sizeSectors], index): DosLogical => {
      const recordSector = index === 0 ? sector : sector + before;
      const startSector = recordSector + 1 + between;
      sector = startSector + sizeSectors;
      return { type: types[index] ?? 0x83, recordSector, startSector, sizeSectors };
    });
    return label({ sectorBytes, primaries: [primary(4, start, Math.max(2, sector - start), 5)], logicals });
  });

test('the chain leads to every logical partition in order, and no record lies in one', () => {
  fc.assert(
    fc.property(anyChain, (of) => {
      const wanted = of.logicals.map(({ type, startSector: start, sizeSectors: size }) => ({ type, start, size }));
      assert.deepEqual(readLogicals(of), wanted);
      for (const sector of sectorsOf(of).keys()) {
        assert.ok(wanted.every(({ start, size }) => sector < start || sector >= start + size));
      }
    }),
  );
});

test('the boot code is not touched; id, active mark and entries are in their places', () => {
  const active: DosPrimary = { ...primary(2, 2048, 4096, 0x0c), active: true };
  const [range = assert.fail('no bytes')] = renderDosLabel(label({ primaries: [active] }));
  assert.equal(range.offsetBytes, 440);
  const hex = Buffer.from(range.bytes).toString('hex');
  // Id, two free bytes, a free entry, ours with CHS 0/32/33 to 0/97/33, two free ones, the mark.
  const ours = ['80', '202100', '0c', '612100', '00080000', '00100000'].join('');
  assert.equal(hex, `cdab34120000${'00'.repeat(16)}${ours}${'00'.repeat(32)}55aa`);
});

test('cylinder, head, sector', () => {
  const cases: [number, readonly number[]][] = [
    [0, [0, 1, 0]],
    [62, [0, 63, 0]],
    [63, [1, 1, 0]],
    [16_065 * 256, [0, 0x41, 0]],
    [16_065 * 1024 - 1, [254, 0xff, 0xff]],
    [16_065 * 1024, [0xfe, 0xff, 0xff]],
  ];
  for (const [sector, chs] of cases) assert.deepEqual(chsOf(sector), chs);
});

test('what the label cannot say is not written', () => {
  const logical: DosLogical = { type: 0x83, recordSector: 100, startSector: 163, sizeSectors: 37 };
  const extended = primary(4, 100, 100, 5);
  const cases: [RegExp, Partial<DosLabel>][] = [
    [/sector 0 is taken, or before/, { primaries: [primary(1, 0, 10)] }],
    [/ends at sector 4294967297/, { primaries: [primary(1, 2 ** 32 - 1, 2)] }],
    [/sector 19 is taken/, { primaries: [primary(1, 10, 10), primary(2, 19, 10)] }],
    [/primary partition: 4 is not in/, { primaries: [primary(5, 10, 10)] }],
    [/a number is there twice/, { primaries: [primary(1, 10, 10), primary(1, 20, 10)] }],
    [/only one partition is active/, { primaries: [1, 2].map((n) => ({ ...primary(n, n * 100, 10), active: true })) }],
    [/only one partition is extended/, { primaries: [primary(1, 10, 10, 5), extended] }],
    [/type 0/, { primaries: [primary(1, 10, 10, 0)] }],
    [/disk id/, { diskId: 2 ** 32 }],
    [/need an extended one/, { logicals: [logical] }],
    [/ends at sector 201/, { primaries: [extended], logicals: [{ ...logical, sizeSectors: 38 }] }],
    [/begins the extended/, { primaries: [extended], logicals: [{ ...logical, recordSector: 101 }] }],
    [/cannot be extended/, { primaries: [extended], logicals: [{ ...logical, type: 5 }] }],
    [/not in front/, { primaries: [extended], logicals: [{ ...logical, startSector: 100 }] }],
    [
      /sector 150 is taken/,
      {
        primaries: [extended],
        logicals: [
          { ...logical, startSector: 101, sizeSectors: 50 },
          { ...logical, recordSector: 150 },
        ],
      },
    ],
  ];
  for (const [message, given] of cases) assert.throws(() => renderDosLabel(label(given)), message);
});
