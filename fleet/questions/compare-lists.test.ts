import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Item } from '../../contract/fleet/inventory.ts';
import { compareLists } from './compare-lists.ts';
import { versionOrder } from './version-order.ts';

const item = (name: string, version: string, flags = ''): Item => [name, 'amd64', version, flags, ''];

const cases: readonly [
  what: string,
  before: Item[],
  after: Item[],
  came: string[],
  went: string[],
  changed: string[],
][] = [
  ['nothing', [item('a', '1')], [item('a', '1')], [], [], []],
  ['a package that came, and one that went', [item('a', '1')], [item('b', '1')], ['b 1'], ['a 1'], []],
  ['an upgrade that texts would order the other way', [item('a', '9')], [item('a', '10')], [], [], ['a 9 10 newer']],
  ['a version back to one with a tilde', [item('a', '1')], [item('a', '1~rc1')], [], [], ['a 1 1~rc1 older']],
  ['only a flag', [item('a', '1')], [item('a', '1', 'held')], [], [], ['a 1 1 same']],
  [
    'a kernel beside others, which became none of them',
    [item('kernel', '1'), item('kernel', '2')],
    [item('kernel', '2'), item('kernel', '3')],
    [],
    [],
    ['kernel 1 3 newer'],
  ],
  [
    'two kernels for one, where none is the successor of the other',
    [item('kernel', '1')],
    [item('kernel', '2'), item('kernel', '3')],
    ['kernel 2', 'kernel 3'],
    ['kernel 1'],
    [],
  ],
];

for (const [what, before, after, came, went, changed] of cases) {
  test(what, () => {
    const changes = compareLists(before, after, versionOrder('dpkg'));
    const names = (packages: readonly { name: string; version: string }[]) =>
      packages.map(({ name, version }) => `${name} ${version}`);
    assert.deepEqual(names(changes.came), came);
    assert.deepEqual(names(changes.went), went);
    const lines = changes.changed.map(
      ({ name, from, to, direction }) => `${name} ${from.version} ${to.version} ${direction}`,
    );
    assert.deepEqual(lines, changed);
  });
}
