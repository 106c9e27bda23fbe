import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openDatabase } from './database.ts';
import {
  findByMac,
  findByName,
  findMachine,
  readLastReportText,
  readMachinePage,
  readSnapshot,
} from './find-machines.ts';
import type { MachineTable } from './find-machines.ts';
import { DamagedRowError } from './machine-row.ts';
import { addMachine } from './save-machines.ts';

const DIGEST = 'a'.repeat(64);
const SNAPSHOT = {
  machineId: '5e9ad2f0-6f0e-4b6e-9c55-0d3f3a6c0f11',
  name: 'q-bert',
  generation: DIGEST,
  record: {},
  image: { name: 'debian', manifest: DIGEST },
  packages: [],
};

function setUp() {
  const database = openDatabase(':memory:');
  const table: MachineTable = { database, now: () => 5 };
  addMachine(table, { id: 'one', name: 'q-bert', macs: ['m1', 'm2'] });
  addMachine(table, { id: 'two', name: 'pacman', macs: ['m3'] });
  const set = (column: string, value: string): void => {
    database.run(`UPDATE machines SET ${column} = ? WHERE id = 'one'`, value);
  };
  return { database, table, set };
}

test('a machine is found by id, name and MAC, with all that its row says', () => {
  const { table, set } = setUp();
  set('life', JSON.stringify({ state: 'armed', stateBefore: 'installed', attempts: 1, attemptsAllowed: 3 }));
  set('snapshot', JSON.stringify({ ...SNAPSHOT, initData: ['h'], knownEmpty: ['WD-1'] }));
  set('token_hash', DIGEST);
  const row = findMachine(table, 'one');
  assert.deepEqual([row, row], [findByName(table, 'q-bert'), findByMac(table, 'm2')]);
  assert.deepEqual(row, {
    id: 'one',
    name: 'q-bert',
    macs: ['m1', 'm2'],
    life: {
      state: 'armed',
      reason: undefined,
      stateBefore: 'installed',
      attempts: 1,
      attemptsAllowed: 3,
      localBoots: 0,
      lastStep: undefined,
    },
    changedAtMs: 5,
    recordDigest: undefined,
    initData: ['h'],
    knownEmpty: ['WD-1'],
    tokenHash: DIGEST,
    systemTokenHash: undefined,
    timeline: 1,
  });
  assert.deepEqual(readSnapshot(table, 'one')?.initData, ['h']);
  assert.equal(readLastReportText(table, 'one'), 'null');
});

const DAMAGE = [
  { column: 'life', value: 'not JSON' },
  { column: 'life', value: '{"state":"installled"}' },
  { column: 'life', value: '{"state":"armed","attempts":"1"}' },
  { column: 'snapshot', value: '{"initData":["h"' },
  { column: 'snapshot', value: '{"initData":["; rm"]}' },
  { column: 'snapshot', value: '{"knownEmpty":5}' },
  { column: 'token_hash', value: 'abc' },
  { column: 'system_token_hash', value: '' },
] as const;
for (const { column, value } of DAMAGE) {
  test(`a damaged ${column}, ${value}, is an error that says what to do; other machines are well`, () => {
    const { database, table, set } = setUp();
    set(column, value);
    const expected = {
      name: 'DamagedRowError',
      message: `machine q-bert (one) in the server's database: column ${column} is damaged; nothing was changed`,
    };
    for (const find of [findMachine, findByName, findByMac]) {
      const key = { findMachine: 'one', findByName: 'q-bert', findByMac: 'm1' }[find.name] ?? assert.fail();
      assert.throws(() => find(table, key), expected);
    }
    const { rows, damaged, last } = readMachinePage(table, 0, 2);
    assert.deepEqual([rows.map(({ name }) => name), damaged.length, last], [['pacman'], 1, 2]);
    const reset = /sqlite3 netboot\.db "(.*)", which/.exec(damaged[0]?.hint ?? '')?.[1]?.replaceAll('\\"', '"');
    database.run(reset ?? assert.fail());
    assert.notEqual(findMachine(table, 'one')?.life.state, 'armed', 'what the hint says mends it');
  });
}

test('what is read apart from the row is looked at as well', () => {
  const { table, set } = setUp();
  set('last_report', '{"atMs":');
  assert.throws(() => readLastReportText(table, 'one'), { name: 'DamagedRowError', message: /column last_report/ });
  set('snapshot', JSON.stringify({ ...SNAPSHOT, generation: 'abc' }));
  assert.throws(() => readSnapshot(table, 'one'), DamagedRowError);
});
