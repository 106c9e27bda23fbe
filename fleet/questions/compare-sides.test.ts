import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareSides } from './compare-sides.ts';
import type { Side } from './compare-sides.ts';

/** `10 1 = a 1.0` would be ten hosts; each version with the number of hosts that have it. */
const side = (hosts: number, versions: Readonly<Record<string, number>>): Side => ({
  hosts,
  items: Object.entries(versions).map(([version, count]) => [
    { system: 'dpkg', name: 'a', arch: 'amd64', version },
    count,
  ]),
});

const cases: readonly [what: string, sides: Side[], differs: boolean, newest: string, cells: string[]][] = [
  ['hosts that are alike', [side(1, { '1.0': 1 }), side(1, { '1.0': 1 })], false, '1.0', ['1.0*1', '1.0*1']],
  [
    'versions that the order takes for one',
    [side(1, { '1.0': 1 }), side(1, { '0:1.0': 1 })],
    false,
    '1.0',
    ['1.0*1', '0:1.0*1'],
  ],
  [
    'revisions, which other programs take for one',
    [side(1, { '2.3-1': 1 }), side(1, { '2.3-9': 1 })],
    true,
    '2.3-9',
    ['2.3-1*1', '2.3-9*1'],
  ],
  ['a host without it', [side(1, { '1': 1 }), side(1, {})], true, '1', ['1*1', '']],
  [
    'two versions, the newest first',
    [side(1, { '9': 1, '10': 1 }), side(1, { '10': 1, '9': 1 })],
    false,
    '10',
    ['10*1 9*1', '10*1 9*1'],
  ],
  ['classes in which every host has it', [side(30, { '1': 30 }), side(5, { '1': 5 })], false, '1', ['1*30', '1*5']],
  ['a class in which one host lacks it', [side(30, { '1': 29 }), side(5, { '1': 5 })], true, '1', ['1*29', '1*5']],
];

for (const [what, sides, differs, newest, cells] of cases) {
  test(what, () => {
    const [row] = compareSides(sides);
    assert.equal(row?.differs, differs);
    assert.equal(row?.newest, newest);
    const texts = row?.cells.map((cell) => cell.map(({ version, hosts }) => `${version}*${hosts}`).join(' '));
    assert.deepEqual(texts, cells);
  });
}
