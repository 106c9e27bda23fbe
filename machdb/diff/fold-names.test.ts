import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { foldNames, foldSome } from './fold-names.ts';

const table: [names: string[], folded: string[]][] = [
  [[], []],
  [['lab'], ['lab']],
  [['n0007'], ['n0007']],
  [
    ['n0001', 'n0002', 'n0003', 'n0007', 'lab'],
    ['n[0001-0003,0007]', 'lab'],
  ],
  [['n9', 'n10', 'n11', 'n8'], ['n[8-11]']],
  [['n09', 'n10', 'n9'], ['n[9,09-10]']],
  [['n99', 'n100', 'n099', 'n101'], ['n[99,099-101]']],
  [
    ['rack1-n1', 'rack1-n2', 'rack2-n1'],
    ['rack1-n[1-2]', 'rack2-n1'],
  ],
  [
    ['n1.lab', 'm', 'n2.lab'],
    ['n[1-2].lab', 'm'],
  ],
  [['a12345678901234567', 'a12345678901234568'], ['a12[345678901234567-345678901234568]']],
];
for (const [names, folded] of table) {
  test(names.join(' '), () => assert.deepEqual(foldNames(names), folded));
}

test('unfolding gives the names back, whatever they are', () => {
  const part = fc.oneof(
    fc.constantFrom('n', '-', '.', 'rack', '0', '00', '9', '99', '999999999999999'),
    fc.nat(120).map(String),
  );
  const name = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(fc.uniqueArray(name, { maxLength: 30 }), (names) => {
      assert.deepEqual(foldNames(names).flatMap(unfold).sort(), names.toSorted());
    }),
    { numRuns: 2000 },
  );
});

test('too many are cut behind a whole name, and counted', () => {
  const names = Array.from({ length: 100 }, (_, index) => `n${String(index * 2).padStart(6, '0')}`);
  assert.equal(
    foldSome(names),
    'n[000000,000002,000004,000006,000008,000010,000012,000014,000016,000018,000020,000022] … and 88 more',
  );
  assert.equal(foldSome(names.slice(0, 2)), 'n[000000,000002]');
  assert.match(foldSome(['a'.repeat(100), 'b']), /^a{100} … and 1 more$/);
});

/** What clustershell makes of a folded text. */
function unfold(text: string): string[] {
  const match = /^(.*)\[(.*)\](.*)$/.exec(text);
  if (match === null) return [text];
  const [, first = '', ranges = '', last = ''] = match;
  return ranges.split(',').flatMap((range) => {
    const [from = '', to = from] = range.split('-');
    const numbers = Array.from({ length: Number(to) - Number(from) + 1 }, (_, index) => Number(from) + index);
    return numbers.map((number) => `${first}${String(number).padStart(from.length, '0')}${last}`);
  });
}
