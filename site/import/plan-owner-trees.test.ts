import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { parentOf } from '../../packagelink/package/package-path.ts';
import { isBelow, planOwnerTrees } from './plan-owner-trees.ts';

const of = (text: string) =>
  text.split(' ').map((word) => {
    const [path = '', owner = ''] = word.split(':');
    return { path, owner };
  });

for (const [what, paths, expected] of [
  ['a directory of somebody', 'a a/b:w a/b/c:w a/b/d:w', { a: 'w' }],
  ['all', 'a:w a/b:w c:w', { '': 'w' }],
  ['two of two', 'a a/x:w a/y:w a/z:w b b/x:v b/y:v b/z:v', { a: 'w', b: 'v' }],
  ['one that is root’s', 'a:w a/b:w a/c a/d:w', {}],
  ['too few', 'a a/b:w a/c:w', {}],
  ['a part of a name', 'a/b/c:w a/b/d:w a/b/e:w', { 'a/b': 'w' }],
  ['a pattern', 'a* a*/b:w a*/c:w a*/d:w', {}],
] as const) {
  test(`owner trees: ${what}`, () => {
    assert.deepEqual(Object.fromEntries(planOwnerTrees(of(paths))), expected);
  });
}

test('owner trees: what lies below one is all there is below it, and of one owner', () => {
  const part = fc.constantFrom('a', 'b', 'c');
  const path = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
  const owned = fc.uniqueArray(fc.record({ path, owner: fc.constantFrom('', 'w', 'v') }), {
    selector: (one) => one.path,
    maxLength: 30,
  });
  fc.assert(
    fc.property(owned, (paths) => {
      const trees = planOwnerTrees(paths);
      const explicit = new Set(paths.map((one) => one.path));
      for (const [dir, owner] of trees) {
        assert.notEqual(owner, '');
        assert.ok(![...trees.keys()].some((other) => other !== dir && (other === '' || dir.startsWith(`${other}/`))));
        const below = paths.filter((one) => dir === '' || one.path.startsWith(`${dir}/`));
        for (const one of below) {
          assert.equal(one.owner, owner);
          const parent = parentOf(one.path) ?? '';
          assert.ok(parent === dir || explicit.has(parent));
        }
      }
      for (const one of paths) {
        const expected = [...trees.keys()].some((dir) => dir === '' || one.path.startsWith(`${dir}/`));
        assert.equal(isBelow(one.path, trees), expected);
      }
    }),
  );
});
