import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { UserError } from '../../lib/errors.ts';
import { parseMachdb } from '../parse.ts';
import { describeObjects, formatListed, listNames } from './list.ts';
import type { ListFilter } from './list.ts';

const db = parseMachdb([
  {
    path: 'a.db',
    text: `
net:
    NIC_b_IP6=fe80::1
room: net
class:
lab10: class room
    MAC=52-54-0-0-0-1
    NIC_b_MAC=52:54:00:00:00:02
lab9: class
    IP=10.0.0.9
    URL=\${NOWHERE}
mid: class
kiosk: mid
    MAC+=52:54:00:00:00:03
`,
  },
]);

suite('list', () => {
  const table: [filter: Partial<ListFilter>, names: string[]][] = [
    [{}, ['lab10', 'lab9', 'kiosk']],
    [{ kind: 'groups' }, ['net', 'room', 'class', 'mid']],
    [{ kind: 'all' }, ['net', 'room', 'class', 'lab10', 'lab9', 'mid', 'kiosk']],
    [{ inherits: ['class'] }, ['lab10', 'lab9', 'kiosk']],
    [{ inherits: ['class'], kind: 'all' }, ['lab10', 'lab9', 'mid', 'kiosk']],
    [{ inherits: ['class', 'net'] }, ['lab10']],
    [{ inherits: ['lab9'] }, []],
    [{ patterns: ['lab*'] }, ['lab10', 'lab9']],
    [{ patterns: ['lab?', 'k*'] }, ['lab9', 'kiosk']],
    [{ patterns: ['x*'] }, []],
  ];
  for (const [filter, names] of table) {
    test(JSON.stringify(filter), () => {
      assert.deepEqual(listNames(db, { kind: 'machines', inherits: [], patterns: [], ...filter }), names);
    });
  }

  test('--inherits of an object that does not exist', () => {
    const filter = { kind: 'all', inherits: ['clas'], patterns: [] } as const;
    assert.throws(
      () => listNames(db, filter),
      (error) => error instanceof UserError && error.message.endsWith('no object clas; did you mean class?'),
    );
  });

  test('what is known of them, also when they do not resolve', () => {
    const objects = describeObjects(db, ['lab10', 'lab9', 'net']);
    assert.deepEqual(objects, [
      {
        name: 'lab10',
        machine: true,
        file: 'a.db',
        line: 6,
        parents: ['class', 'room'],
        macs: ['52:54:00:00:00:01', '52:54:00:00:00:02'],
        ip: null,
      },
      { name: 'lab9', machine: true, file: 'a.db', line: 9, parents: ['class'], macs: [], ip: '10.0.0.9' },
      { name: 'net', machine: false, file: 'a.db', line: 2, parents: [], macs: [], ip: null },
    ]);
    assert.deepEqual(formatListed(objects), [
      'lab10  -         52:54:00:00:00:01,52:54:00:00:00:02  a.db:6  class room',
      'lab9   10.0.0.9  -                                    a.db:9  class',
      'net    -         -                                    a.db:2  -',
    ]);
  });
});
