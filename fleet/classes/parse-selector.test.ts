import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';
import { parseSelector } from './parse-selector.ts';
import { operators, selectorFields } from './selector.ts';
import type { Selector, Term } from './selector.ts';

const faults: readonly (readonly [text: string, column: number, says: RegExp])[] = [
  ['', 1, /a condition is missing/],
  ['site=a and', 11, /a condition is missing/],
  ['site=a name=b', 8, /"name=b" stands between two conditions[^]*write "and" or "or"/],
  ['stie=a', 1, /there is no field stie[^]*did you mean site/],
  ['colour=a', 1, /there is no field colour[^]*fields are name, id/],
  ['site', 1, /"site" is not a condition/],
  ['site=', 6, /the value of site is missing/],
  ['(site=a', 8, /a closing bracket is missing/],
  ['site=a)', 7, /this bracket was not opened/],
  ['name="a', 6, /the quotation mark is not closed/],
  ['not not and', 9, /a condition is missing/],
  [`${'('.repeat(60)}site=a${')'.repeat(60)}`, 52, /more than 50 brackets/],
];

suite('faults of selectors, with their places', () => {
  for (const [text, column, says] of faults) {
    test(text.slice(0, 30) || 'nothing', () => {
      assert.throws(
        () => parseSelector(text),
        (error: Error) => {
          assert.match(error.message, says);
          assert.match(error.message, new RegExp(`selector:1:${column}:`));
          return true;
        },
      );
    });
  }
});

test('and binds more than or, and not more than and', () => {
  const shape = (selector: Selector): string => {
    if (selector.kind === 'term') return `${selector.field}${selector.operator}${selector.value}`;
    if (selector.kind === 'not') return `!${shape(selector.part)}`;
    return `(${selector.parts.map(shape).join(selector.kind === 'and' ? ' & ' : ' | ')})`;
  };
  assert.equal(
    shape(parseSelector('site=a or not site=b AND (name~"w *" or package=x<2:1.0-1)')),
    '(site=a | (!site=b & (name~w * | package=x<2:1.0-1)))',
  );
});

/** deepEqual minds prototypes. */
const record = <T extends object>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }) =>
  fc.record(model, { noNullPrototype: true });

const term = record({
  kind: fc.constant('term' as const),
  field: fc.constantFrom(...(Object.keys(selectorFields) as (keyof typeof selectorFields)[])),
  operator: fc.constantFrom(...operators),
  value: fc.stringMatching(/^[a-z0-9*?.<>:+-][a-z0-9*?.<>:+ -]{0,8}$/),
});
type Plain = Omit<Term, 'column'> | { kind: 'and' | 'or'; parts: Plain[] } | { kind: 'not'; part: Plain };
const { selector } = fc.letrec<{ selector: Plain }>((tie) => ({
  selector: fc.oneof(
    { maxDepth: 4 },
    term,
    record({ kind: fc.constant('not' as const), part: tie('selector') }),
    record({
      kind: fc.constantFrom('and' as const, 'or' as const),
      parts: fc.array(tie('selector'), { minLength: 2, maxLength: 3 }),
    }),
  ),
}));

const print = (each: Plain): string =>
  each.kind === 'term'
    ? `${each.field}${each.operator}"${each.value}"`
    : each.kind === 'not'
      ? `not (${print(each.part)})`
      : each.parts.map((part) => `(${print(part)})`).join(` ${each.kind} `);

const withoutColumns = (each: Selector): unknown =>
  JSON.parse(JSON.stringify(each, (key, value: unknown) => (key === 'column' ? undefined : value)));

test('what was printed is parsed as it was', () => {
  fc.assert(fc.property(selector, (each) => assert.deepEqual(withoutColumns(parseSelector(print(each))), each)));
});
