import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Assignment } from './types.ts';
import { applyAssignment, joinWords } from './values.ts';
import type { RawValue } from './values.ts';

function assignment(operator: Assignment['operator'], value: string): Assignment {
  return { variable: 'W', operator, value, file: 'a.db', line: 1 };
}

suite('values', () => {
  test('a list that is built line by line is one set, not a new one for each line', () => {
    const values = new Map<string, RawValue>();
    applyAssignment(values, assignment('+=', 'a'));
    const first = values.get('W');
    applyAssignment(values, assignment('+=', 'b'));
    applyAssignment(values, assignment('-=', 'a'));
    assert.equal(values.get('W'), first);
    assert.equal(joinWords(values.get('W') ?? ''), 'b');
  });

  test('the set of a parent stays as it was', () => {
    const parent = new Map<string, RawValue>();
    applyAssignment(parent, assignment('+=', 'a'));
    const heir = new Map(parent);
    applyAssignment(heir, assignment('+=', 'b'));
    assert.deepEqual(
      [parent, heir].map((each) => joinWords(each.get('W') ?? '')),
      ['a', 'a b'],
    );
  });
});
