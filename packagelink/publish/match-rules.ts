// Which rules of `files:` hold for a path. In: rules. Out: a look-up. Never: I/O.
// Most rules of an imported package name one path each: with 20,000 of them, comparing each with each path took minutes.
import type { FileRule } from '../package/file-rule.ts';
import { compileGlobs } from '../package/glob.ts';

export type RuleMatcher = {
  /** In the order in which they were given. */
  readonly find: (path: string) => FileRule[];
  /** Rules that `find` has not returned yet. */
  readonly unused: () => FileRule[];
};

type Indexed = { readonly rule: FileRule; readonly index: number; readonly matches: (path: string) => boolean };

export function createRuleMatcher(rules: readonly FileRule[]): RuleMatcher {
  const all = rules.map((rule, index): Indexed => ({ rule, index, matches: compileGlobs([rule.match]) }));
  const isPattern = ({ rule }: Indexed) => /[*?]/.test(rule.match);
  const patterns = all.filter(isPattern);
  const exact = Map.groupBy(
    all.filter((one) => !isPattern(one)),
    ({ rule }) => rule.match.replace(/^\//, ''),
  );
  const used = new Set<Indexed>();
  return {
    find: (path) => {
      const found = [...(exact.get(path) ?? []), ...patterns.filter(({ matches }) => matches(path))];
      for (const one of found) used.add(one);
      return found.toSorted((left, right) => left.index - right.index).map(({ rule }) => rule);
    },
    unused: () => all.filter((one) => !used.has(one)).map(({ rule }) => rule),
  };
}
