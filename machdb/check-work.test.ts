// How much is read when every machine has a fault, and when parents are thousands deep: counted, not timed.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { checkMachdb } from './check.ts';
import { parseMachdb } from './parse.ts';
import { resolveRecord, tryResolve } from './resolve.ts';
import type { Machdb } from './types.ts';

const MACHINES = 300;

/** Counts how often lines are read: each parsing of an object, and each excerpt, asks for its text once. */
function counted(text: string): { db: Machdb; reads: () => number } {
  const db = parseMachdb([{ path: 'a.db', text }]);
  let reads = 0;
  const texts = new Map(db.texts);
  texts.get = (path) => {
    reads += 1;
    return db.texts.get(path);
  };
  return { db: { ...db, texts }, reads: () => reads };
}

function repeat(count: number, write: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => write(index)).join('');
}

/** Machines below forty groups, each with the same lines besides its IP. */
function site(lines: string, group = ''): string {
  const groups = repeat(40, (index) => `g${index}:${index < 39 ? ` g${index + 1}` : group}\n V${index}=1\n`);
  const machines = repeat(MACHINES, (index) => `m${index}: g0\n IP=10.0.${index >> 8}.${index & 255}\n${lines}`);
  return `${groups}net:\n NETWORK=10.0.0.0\n NETMASK=255.255.0.0\n REQUIRED=OS\n DOMAIN=lab.example\n${machines}`;
}

function readsOf(text: string): { reads: number; faults: number } {
  const { db, reads } = counted(text);
  const faults = checkMachdb(db, [], { require: [] });
  return { reads: reads(), faults: faults.length };
}

suite('work', () => {
  const sound = readsOf(site('', '')).reads;
  const table: [what: string, text: string][] = [
    ['a reference without a target', site(' URL=${SERVR}\n')],
    ['twenty references without a target', site(repeat(20, (index) => ` U${index}=\${S${index}}\n`))],
    ['a required variable', site('', ' net')],
    ['a gateway elsewhere', site(' GATEWAY=11.0.0.1\n', ' net')],
    ['one MAC address for all', site(' MAC=52:54:00:00:00:01\n')],
    ['an alias that is none', site(' ALIASES=a_b\n')],
    ['a removal of nothing', site(' W-=x\n')],
  ];
  for (const [what, text] of table) {
    test(`${what} in every machine: no more than the lines of the machine are read again`, () => {
      const { reads, faults } = readsOf(text);
      assert.ok(faults >= MACHINES - 1, `${faults} faults`);
      // Each fault shows a line, each removal looks at the groups above it once more.
      assert.ok(reads <= sound + 60 * faults, `${reads} reads, ${sound} without faults`);
      if (!what.startsWith('a removal')) assert.ok(reads <= sound + 4 * faults, `${reads} reads`);
    });
  }

  test('each machine inherits from the next: no machine reads all of them', () => {
    for (const order of ['first', 'last']) {
      const machine = (index: number) => `m${index}:${index > 0 ? ` m${index - 1}` : ''}\n IP=10.0.0.1\n X+=${index}\n`;
      const count = 2000;
      const text = repeat(count, (index) => machine(order === 'first' ? count - 1 - index : index));
      const { db, reads } = counted(text);
      for (const name of db.objects.keys()) tryResolve(db, name);
      assert.ok(reads() < 4 * count, `${reads()} reads`);
      assert.equal(resolveRecord(db, 'm2')['X'], '0 1 2');
    }
  });

  test('of faults beyond the most that are wanted, only the number is kept', () => {
    let hidden = 0;
    const onHidden = (count: number) => {
      hidden = count;
    };
    const { db } = counted(site(' GATEWAY=1\n URL=${SERVR}\n') + 'g:\nh:\ni:\n');
    const faults = checkMachdb(db, [], { most: 10, onHidden });
    assert.deepEqual([faults.length, hidden], [14, MACHINES - 10]);
    checkMachdb(db, [], { onHidden });
    assert.equal(hidden, 0);
  });

  test('what was not looked at is said', () => {
    const levels = 3000;
    const groups = repeat(
      levels,
      (index) => `p${index}:${index + 1 < levels ? ` p${index + 1} q` : ''}\n X=1\n Y-=1\n`,
    );
    const { db } = counted(`m: p0\n IP=10.0.0.1\nq:\n X=2\n${groups}`);
    const said = checkMachdb(db, []).map(({ message }) => message);
    assert.match(said.join('\n'), /whether the order of parents matters was not looked at for \d+ objects/);
    assert.match(said.join('\n'), /whether '-=' removes anything was not looked at for \d+ objects/);
  });
});
