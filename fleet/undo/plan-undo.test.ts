import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PackageChangeRecord } from '../../contract/fleet/jobs/action.ts';
import type { Item } from '../../contract/fleet/inventory.ts';
import { planUndo } from './plan-undo.ts';

const change = (name: string, before: string | null, after: string | null): PackageChangeRecord => ({
  name,
  arch: 'amd64',
  before,
  after,
});
const item = (name: string, version: string): Item => [name, 'amd64', version, '', ''];

const upgrade = [change('app', '1', '2'), change('new', null, '1'), change('old', '1', null)];
const after = [item('app', '2'), item('new', '1')];

test('each change is taken back, from what is there now', () => {
  const undo = planUndo(upgrade, after);
  assert.deepEqual(undo, {
    kind: 'restore',
    action: { do: 'restore', changes: [change('app', '2', '1'), change('new', '1', null), change('old', null, '1')] },
  });
});

const others: readonly (readonly [what: string, installed: readonly Item[], found: string])[] = [
  ['all was taken back by hand', [item('app', '1'), item('old', '1')], 'nothing'],
  ['a part was taken back by hand', [item('app', '1'), item('new', '1')], 'new 1 → null, old null → 1'],
  ['a package went on', [item('app', '3'), item('new', '1')], 'changed since: app is 3 now, and no longer 2'],
  [
    'what was removed is there again, another one',
    [...after, item('old', '2')],
    'changed since: old is 2 now, although it was removed',
  ],
  [
    'of another architecture',
    [['app', 'i386', '2', '', '']],
    'changed since: app is not installed any more, and no longer 2',
  ],
];

for (const [what, installed, found] of others) {
  test(what, () => {
    const undo = planUndo(upgrade, installed);
    const words =
      undo.kind === 'restore'
        ? undo.action.changes.map(({ name, before, after: to }) => `${name} ${before} → ${to}`).join(', ')
        : undo.kind === 'refused'
          ? undo.why
          : undo.kind;
    assert.equal(words, found);
  });
}

test('a host that names a package as none is called gets no order', () => {
  const undo = planUndo([change('--force', '1', '2')], [item('--force', '2')]);
  assert.equal(undo.kind, 'refused');
});
