import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { UserError } from '../../lib/errors.ts';
import { parseMachdb } from '../parse.ts';
import { formatFound, grepMachines, parseCondition } from './grep.ts';

const LAB = `
client:
    PACKAGES=bash
    PRINTER=
    ROOM=Room A, first floor
one: client
    MAC=52:54:00:00:00:01
    PACKAGES+=tex
two: client
    IP=10.0.0.2
    PRINTER=hall  # a comment
    DOMAIN=lab.example
    FQDN=\${HOSTNAME}.\${DOMAIN}
broken: client
    IP=10.0.0.3
    FQDN=\${HOSTNAME}.\${NOTHING}
`;

function grep(text: string, ...conditions: string[]) {
  return grepMachines(parseMachdb([{ path: 'a.db', text }]), conditions.map(parseCondition), []);
}

suite('grep', () => {
  const table: [conditions: string[], found: string[]][] = [
    [['PACKAGES=tex'], ['one']],
    [['PACKAGES=bash'], ['one', 'two', 'broken']],
    [['PACKAGES=bash tex'], ['one']],
    [['PACKAGES=tex bash'], []],
    [['PACKAGES=te?'], ['one']],
    [['PACKAGES=te'], []],
    [['PACKAGES!=tex'], ['two', 'broken']],
    [['PRINTER'], ['one', 'two', 'broken']],
    [['PRINTER='], ['one', 'broken']],
    [['PRINTER!='], ['two']],
    [['DOMAIN'], ['two']],
    [['DOMAIN!=*'], ['one', 'broken']],
    [['DOMAIN!=lab.example'], ['one', 'broken']],
    [['HOSTNAME=t*'], ['two']],
    [['ROOM=*first*'], ['one', 'two', 'broken']],
    [['ROOM=first'], ['one', 'two', 'broken']],
    [['MAC', 'PACKAGES=tex'], ['one']],
    [['IP', 'PACKAGES=tex'], []],
  ];
  for (const [conditions, found] of table) {
    test(conditions.join(' and '), () => {
      const result = grep(LAB, ...conditions);
      assert.deepEqual(
        result.found.map(({ name }) => name),
        found,
      );
      assert.deepEqual(result.unresolved, []);
    });
  }

  test('what does not resolve is neither found nor passed over in silence', () => {
    const { found, unresolved } = grep(LAB, 'FQDN!=two.lab.example');
    assert.deepEqual([found.map(({ name }) => name), unresolved], [['one'], ['broken']]);
  });

  test('a variable that no machine sets is likely to be misspelt', () => {
    assert.deepEqual(grep(LAB, 'PRINTRE=hall', 'MAC').unknown, ['no machine sets PRINTRE; did you mean PRINTER?']);
  });

  test('columns', () => {
    const result = grepMachines(
      parseMachdb([{ path: 'a.db', text: LAB }]),
      [parseCondition('PRINTER')],
      ['DOMAIN', 'PACKAGES'],
    );
    assert.deepEqual(formatFound(result, ['DOMAIN', 'PACKAGES']), [
      'one     -            bash tex',
      'two     lab.example  bash',
      'broken  -            bash',
    ]);
    assert.deepEqual(formatFound(grep(LAB, 'DOMAIN'), []), ['two']);
  });

  for (const text of ['', '=x', 'A B', '1A=x', 'A-=x', '!A', 'A\n']) {
    test(`'${text}' is no condition`, () => {
      assert.throws(
        () => parseCondition(text),
        (error) => error instanceof UserError && error.exitCode === 2,
      );
    });
  }
});
