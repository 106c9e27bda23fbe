import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';
import { UserError } from '../../lib/errors.ts';
import { mergeTree } from './merge.ts';
import type { MergeInput } from './merge.ts';
import { fileEntry, packageOf } from '../testing/sample-tree.ts';
import { fillEntry, isSameFilled, isSameInput, shapeKey } from './tree-shape.ts';
import { treeDigest } from '../tree/tree.ts';
import type { TreeEntry } from '../tree/tree.ts';

const motd = packageOf([fileEntry('etc/motd.plprocess', 'at ##PLACE##\n##NFS##nfs\n'), fileEntry('etc/a', 'a')], {
  name: 'motd',
});
const base = packageOf([fileEntry('etc/motd', 'base\n'), fileEntry('etc/hosts', 'x\n')], { name: 'base' });
const own = packageOf([fileEntry('etc/own.plprocess', 'at ##PLACE##\n')], { name: 'own' });
const level = packageOf([fileEntry('etc/hosts', 'one\n')], { name: 'level' });

const anyInput: fc.Arbitrary<MergeInput> = fc
  .record({
    layers: fc.subarray([
      { name: 'motd', priority: 60, manifest: motd },
      { name: 'base', priority: 50, manifest: base },
      { name: 'own', priority: 40, manifest: own, defines: { PLACE: 'its own' } },
      // As high as what is generated: only equal bytes are no conflict.
      { name: 'level', priority: 100, manifest: level },
    ]),
    hosts: fc.constantFrom('one\n', 'two\n'),
    hostsMode: fc.constantFrom(0o644, 0o600),
    PLACE: fc.option(fc.constantFrom('', 'room a', 'room b'), { nil: undefined }),
    NFS: fc.option(fc.constantFrom('', '#'), { nil: undefined }),
    UNUSED: fc.string(),
    pins: fc.subarray(['etc/a']),
  })
  .map(({ layers, hosts, hostsMode, pins, ...variables }) => ({
    layers,
    generated: [{ path: 'etc/hosts', mode: hostsMode, bytes: Buffer.from(hosts) }],
    defines: Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== undefined)) as Record<
      string,
      string
    >,
    pins,
  }));

suite('inputs of equal shape', () => {
  test('have the same faults, or each tree is the other one, filled', () => {
    let [equal, same] = [0, 0];
    fc.assert(
      fc.property(anyInput, anyInput, (before, after) => {
        if (shapeKey(before) !== shapeKey(after)) return;
        equal += 1;
        const [old, current] = [merge(before), merge(after)];
        if (typeof old === 'string' || typeof current === 'string') {
          assert.equal(old, current);
          return;
        }
        const filled = { ...old, entries: old.entries.map((entry) => fillEntry(entry, after)) };
        assert.deepEqual(filled.entries, current.entries);
        const isSame = isSameInput(before, after);
        if (isSame) same += 1;
        assert.ok(!isSame || treeDigest(old) === treeDigest(current));
        for (const [index, entry] of old.entries.entries()) {
          const other: TreeEntry | undefined = current.entries[index];
          if (entry.type !== 'file' || other?.type !== 'file' || entry.content.kind === 'packed') continue;
          const isSameEntry = isSameFilled({ before: entry, after: other }, { before, after });
          assert.equal(isSameEntry, entry.sourceKey === other.sourceKey);
        }
      }),
      { numRuns: 6000 },
    );
    assert.ok(same > 20 && equal - same > 20, `${equal} pairs had the same shape, ${same} the same input`);
  });

  test('are told by packages, what is generated, pins, and which variables are defined', () => {
    const layers = [{ name: 'motd', priority: 50, manifest: motd }];
    const input: MergeInput = { layers, defines: { PLACE: 'a' } };
    const key = shapeKey(input);
    assert.equal(shapeKey({ ...input, defines: { PLACE: 'b', OTHER: 'x' } }), key);
    const others: MergeInput[] = [
      { ...input, defines: {} },
      { ...input, defines: { PLACE: 'a', NFS: '' } },
      { ...input, pins: ['etc/a'] },
      { ...input, directories: 'same-priority' },
      { ...input, layers: [{ name: 'motd', priority: 50, manifest: motd, defines: {} }] },
      { ...input, layers: [{ name: 'motd', priority: 51, manifest: motd }] },
      { ...input, layers: [{ name: 'motd', priority: 50, manifest: base }] },
      { ...input, generated: [{ path: 'etc/x', bytes: Buffer.from('x') }] },
    ];
    assert.equal(new Set([key, ...others.map(shapeKey)]).size, others.length + 1);
  });

  test('do not differ by times', () => {
    const later = packageOf([fileEntry('etc/a', 'a', { mtimeSeconds: 1 })]);
    const layer = (manifest: typeof later) => ({ layers: [{ name: 'x', priority: 50, manifest }], defines: {} });
    assert.equal(shapeKey(layer(later)), shapeKey(layer(packageOf([fileEntry('etc/a', 'a')]))));
    assert.notEqual(shapeKey(layer(later)), shapeKey(layer(packageOf([fileEntry('etc/a', 'b')]))));
  });
});

function merge(input: MergeInput) {
  try {
    return mergeTree(input);
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}
