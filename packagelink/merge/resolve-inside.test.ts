import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { isPackagePath } from '../package/package-path.ts';
import { resolveInside } from './resolve-inside.ts';

const cases: [path: string, links: Record<string, string>, leadsTo: string | undefined][] = [
  ['lib', { lib: 'usr/lib' }, 'usr/lib'],
  ['lib', { lib: '/usr/lib' }, 'usr/lib'],
  ['a/b', { 'a/b': 'c' }, 'a/c'],
  ['a/b', { 'a/b': '../c' }, 'c'],
  ['a/b', { 'a/b': '.././c//d/' }, 'c/d'],
  ['a', { a: 'b/c', b: 'd', 'd/c': '/e' }, 'e'],
  ['a', { a: '.' }, ''],
  ['a', { a: '/' }, ''],
  ['a', { a: '..' }, undefined],
  ['a', { a: '/../b' }, undefined],
  ['a', { a: 'a' }, undefined],
  ['a', { a: 'b', b: 'a' }, undefined],
];

for (const [path, links, leadsTo] of cases) {
  test(`resolve: ${path} with ${JSON.stringify(links)}`, () => {
    assert.equal(
      resolveInside(path, (link) => links[link]),
      leadsTo,
    );
  });
}

test('resolve: whatever the links say, the answer is a path below the root', () => {
  const segment = fc.constantFrom('a', 'b', '..', '.', '');
  const target = fc.array(segment, { minLength: 1, maxLength: 5 }).map((parts) => parts.join('/'));
  const links = fc.dictionary(fc.constantFrom('a', 'b', 'a/a', 'a/b', 'b/a'), target);
  fc.assert(
    fc.property(links, fc.constantFrom('a', 'a/b'), (all, path) => {
      const found = resolveInside(path, (link) => all[link]);
      assert.ok(found === undefined || found === '' || isPackagePath(found));
    }),
  );
});
