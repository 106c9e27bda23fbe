import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { FileRule } from '../package/file-rule.ts';
import { compileGlobs } from '../package/glob.ts';
import { createRuleMatcher } from './match-rules.ts';

test('rules: the same, in the same order, as comparing each with the path', () => {
  const segment = fc.constantFrom('a', 'b', '*', '?', '**');
  const glob = fc.array(segment, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
  const rule = fc
    .tuple(fc.boolean(), glob)
    .map(([isRooted, match]): FileRule => ({ match: isRooted ? `/${match}` : match }));
  const path = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
  fc.assert(
    fc.property(fc.array(rule), fc.array(path), (rules, paths) => {
      const matcher = createRuleMatcher(rules);
      const plain = (one: string) => rules.filter(({ match }) => compileGlobs([match])(one));
      for (const one of paths) assert.deepEqual(matcher.find(one), plain(one));
      const used = new Set(paths.flatMap(plain));
      assert.deepEqual(
        matcher.unused(),
        rules.filter((one) => !used.has(one)),
      );
    }),
  );
});
