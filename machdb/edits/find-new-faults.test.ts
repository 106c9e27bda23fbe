import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { RecordCheck } from '../types.ts';
import type { EditPlan, MachdbFile } from './draft.ts';
import { findNewFaults } from './find-new-faults.ts';
import { parseSettings } from './parse-arguments.ts';
import { planAdd } from './plan-add.ts';
import { planRemove } from './plan-remove.ts';
import { planRename } from './plan-rename.ts';
import { planSet, planUnset } from './plan-set.ts';

const checkColour: RecordCheck = ({ name, values, where }) => {
  const place = where('COLOUR');
  if (place === undefined || values.get('COLOUR') === 'red') return [];
  const severity = values.get('COLOUR') === 'pink' ? 'warning' : 'error';
  return [{ severity, where: place.file, line: place.line, message: `COLOUR of ${name} is ${values.get('COLOUR')}` }];
};

const one = 'one:\n IP=10.0.0.1\n';
const two = 'two:\n IP=10.0.0.2\n COLOUR=blue\n';
const set =
  (name: string, ...settings: string[]) =>
  (files: MachdbFile[]) =>
    planSet(files, name, parseSettings(settings));

suite('the faults that an edit brings', () => {
  const table: [what: string, text: string, plan: (files: MachdbFile[]) => EditPlan, faults: RegExp[]][] = [
    ['none, beside an old one', one + two, set('one', 'IP=10.0.0.3', 'NEW=line'), []],
    ['a fault of content', one, set('one', 'IP=10.0.0.300'), [/^error IP: '10\.0\.0\.300' is not an IPv4 address/]],
    ['a fault of an injected check', one, set('one', 'COLOUR=green'), [/^error COLOUR of one is green$/]],
    ['a warning', one, set('one', 'COLOUR=pink'), [/^warning COLOUR of one is pink$/]],
    ['the same kind once more', one + two, set('one', 'COLOUR=blue'), [/^error COLOUR of one is blue$/]],
    ['another in the place of an old one', two, set('two', 'COLOUR=green'), [/^error COLOUR of two is green$/]],
    [
      'the same once more',
      'a:\n IP=x\nb:\n IP=10.0.0.1\n',
      set('b', 'IP=x'),
      [/^error IP: 'x' is not an IPv4 address/],
    ],
    ['a duplicate', one + two, set('two', 'IP=10.0.0.1'), [/^error two has the IP address 10\.0\.0\.1 of one/]],
    [
      'a fault of structure',
      one,
      (files) => planAdd(files, { name: 'x', parents: ['gone'], settings: [] }),
      [/^error x inherits from gone/],
    ],
    ['an unknown reference', one, set('one', 'URL=${SERVER}'), [/^error one: URL refers to \$\{SERVER\}/]],
    ['none: the fault goes', two, (files) => planUnset(files, 'two', ['COLOUR']), []],
    [
      'none: what three machines share, now two do',
      `${one}two:\n IP=10.0.0.1\nthree:\n IP=10.0.0.1\n`,
      (files) => planRemove(files, ['one']),
      [],
    ],
    ['none, in a database that cannot be read', `${one}x: gone\n`, set('one', 'IP=10.0.0.9'), []],
    [
      'a fault of content in a database whose structure is not sound',
      `${one}${two}x: gone\ny: x\nround: round\n`,
      set('one', 'IP=10.0.0.2'),
      [/^error two has the IP address 10\.0\.0\.2 of one/],
    ],
    ['none in what cannot be resolved', `${one}x: gone\ny: x\n IP=10.0.0.2\n`, set('y', 'A=${B}'), []],
  ];
  for (const [what, text, plan, expected] of table) {
    test(what, () => {
      const files = [{ path: 'x.db', text }];
      const { errors, warnings } = findNewFaults(plan(files), { files, checks: [checkColour] });
      const found = [...errors, ...warnings].map(({ severity, message }) => `${severity} ${message}`);
      assert.equal(found.length, expected.length, found.join('\n'));
      for (const [index, pattern] of expected.entries()) assert.match(found[index] ?? '', pattern);
    });
  }

  test('are none when only the name in a fault is another', () => {
    const files = [{ path: 'x.db', text: two }];
    const renamed = { from: 'two', to: 'three' };
    const plan = planRename(files, renamed);
    assert.equal(findNewFaults(plan, { files, checks: [checkColour], renamed }).errors.length, 0);
    assert.equal(findNewFaults(plan, { files, checks: [checkColour] }).errors.length, 1);
  });

  test('are faults of the text as it would be', () => {
    const files = [{ path: 'x.db', text: `${one}\n` }];
    const { errors } = findNewFaults(set('one', 'A=1', 'IP=x')(files), { files, checks: [] });
    assert.deepEqual(
      errors.map(({ where, line, text }) => `${where}:${line}:${text}`),
      ['x.db:2: IP=x'],
    );
  });

  test('do not stop an edit that mends the structure, without which they could not be seen', () => {
    const files = [{ path: 'x.db', text: `${two}x: gone\n IP=10.0.0.3\n COLOUR=green\n` }];
    const add = planAdd(files, { name: 'gone', parents: [], settings: [] });
    const { errors, warnings } = findNewFaults(add, { files, checks: [checkColour] });
    assert.deepEqual([errors, warnings.map(({ message }) => message)], [[], ['COLOUR of x is green']]);
  });

  test('do not stop an edit that mends a line either, unless it breaks another', () => {
    const files = [{ path: 'x.db', text: `${two} A="\n B="\n` }];
    const find = (...settings: string[]) =>
      findNewFaults(set('two', ...settings)(files), { files, checks: [checkColour] });
    assert.deepEqual(find('A=b', 'B=c').errors, []);
    assert.match(find('A=b', 'B=c').warnings[0]?.message ?? '', /^COLOUR of two is blue$/);
    const breaks = { ...set('two', 'A=b')(files) };
    const newText = (breaks.files[0]?.newText ?? '').replace('B="', "C='");
    const broken = { ...breaks, files: breaks.files.map((file) => ({ ...file, newText })) };
    const { errors } = findNewFaults(broken, { files, checks: [] });
    assert.deepEqual(
      errors.map(({ message }) => message),
      ["no closing ' on this line"],
    );
  });
});
