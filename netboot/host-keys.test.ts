import assert from 'node:assert/strict';
import { test } from 'node:test';
import { latestHostKeys, listHostKeys } from './host-keys.ts';
import { openDatabase } from './state/database.ts';
import { addMachine } from './state/save-machines.ts';

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGJkqdb3aSmsQgAaJ0vH9W87XIUoA4rGvgdnyKvP6lGg';

function tableOf(reports: readonly (readonly [name: string, lastReport: string | null])[]) {
  const table = { database: openDatabase(':memory:'), now: () => 5 };
  for (const [index, [name, lastReport]] of reports.entries()) {
    addMachine(table, { id: `${index}`, name, macs: [`m${index}`] });
    table.database.run('UPDATE machines SET last_report = ? WHERE id = ?', lastReport, `${index}`);
  }
  return table;
}

const report = (hostKeys?: unknown) => JSON.stringify({ atMs: 1, report: { run: 'partial', hostKeys } });

test('what each machine has last reported, and nothing that is not a key', () => {
  const machines = [
    ...listHostKeys(
      tableOf([
        ['good', report([KEY, 'rubbish'])],
        ['old agent', report()],
        ['never', null],
        ['damaged', '{"report":'],
        ['text', report(KEY)],
        ['numbers', report([1])],
      ]),
    ),
  ];
  assert.deepEqual(latestHostKeys({ machines }), { machines: [{ name: 'good', keys: [KEY] }] });
  assert.equal(machines.length, 6);
});

test('of machines that had one name the latest counts, also when it has reported none', () => {
  const one = tableOf([
    ['a', report([KEY])],
    ['b', report([KEY])],
    ['a', null],
  ]);
  assert.deepEqual(
    latestHostKeys({ machines: [...listHostKeys(one)] }).machines.map(({ name }) => name),
    ['b'],
  );
});

test('more machines than a page has', () => {
  const many = tableOf(Array.from({ length: 1001 }, (_, index) => [`m${index}`, report([KEY])]));
  assert.equal([...listHostKeys(many)].length, 1001);
});
