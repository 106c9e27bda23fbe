import assert from 'node:assert/strict';
import { test } from 'node:test';
import { explainPostgresFault } from './postgres-faults.ts';
import { explainSqliteFault } from './sqlite-faults.ts';
import { warnOfStore } from './warn-of-store.ts';

const failed = (more: object, message = 'as it says'): Error => Object.assign(new Error(message), more);

const faults: readonly [
  what: string,
  found: { message: string; hint: string } | undefined,
  said: RegExp | undefined,
][] = [
  ['SQLite without room', explainSqliteFault('/s/fleet.db', failed({ errcode: 13 })), /\/s\/fleet\.db is full.*df/],
  ['SQLite without room for its index', explainSqliteFault('/s/fleet.db', failed({ errcode: 4874 })), /is full/],
  ['a damaged file', explainSqliteFault('/s/fleet.db', failed({ errcode: 11 })), /is damaged.*backup/],
  ['a file of something else', explainSqliteFault('/s/fleet.db', failed({ errcode: 26 })), /is damaged/],
  ['a file of somebody else', explainSqliteFault('/s/fleet.db', failed({ errcode: 1544 })), /cannot be written.*owner/],
  ['a broken disk', explainSqliteFault('/s/fleet.db', failed({ errcode: 266 })), /does not read or write.*dmesg/],
  ['a name that is there already', explainSqliteFault('/s/fleet.db', failed({ errcode: 2067 })), undefined],
  ['PostgreSQL without room', explainPostgresFault(failed({ code: '53100' })), /PostgreSQL.* is full.*free some room/],
  ['PostgreSQL that stops', explainPostgresFault(failed({ code: '57P01' })), /cannot be reached: as it says.*running/],
  [
    'a connection that ended',
    explainPostgresFault(new Error('Connection terminated unexpectedly')),
    /cannot be reached/,
  ],
  ['a copy of another one', explainPostgresFault(failed({ code: '25006' })), /takes no changes/],
  ['a damaged table', explainPostgresFault(failed({ code: 'XX001' })), /cannot read or write it: as it says/],
  ['a name that is there already', explainPostgresFault(failed({ code: '23505' })), undefined],
  ['a transaction to be done again', explainPostgresFault(failed({ code: '40001' })), undefined],
];

for (const [what, found, said] of faults) {
  test(`${what} is told in words`, () => {
    if (said === undefined) assert.equal(found, undefined);
    else assert.match(`${found?.message}; ${found?.hint}`, said);
  });
}

test('a store without a fault and with room needs no words', () => {
  assert.deepEqual(warnOfStore(undefined), []);
  assert.deepEqual(warnOfStore(undefined, '/no/such/place/fleet.db'), []);
});
