import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { parseMachdb } from '../parse.ts';
import { listContributions } from '../resolve.ts';
import { formatTree } from './format-tree.ts';
import { listHeirRows, listParentRows } from './tree.ts';

function parse(...lines: string[]) {
  return parseMachdb([{ path: 'a.db', text: `${lines.join('\n')}\n` }]);
}

suite('tree', () => {
  const diamond = parse(
    'top:',
    'left: top',
    'right: top left',
    'm: left right',
    'IP=10.0.0.1',
    'n: right',
    'IP=10.0.0.2',
  );

  test('an object that is reached twice is marked', () => {
    assert.deepEqual(formatTree(listParentRows(diamond, 'm')), [
      'm             a.db:4',
      '├── left      a.db:2',
      '│   └── top   a.db:1',
      '└── right     a.db:3',
      '    ├── top   a.db:1  (again)',
      '    └── left  a.db:2  (again)',
    ]);
  });

  test('heirs, groups first, with the number of machines', () => {
    assert.deepEqual(formatTree(listHeirRows(diamond, 'top', { all: false })), [
      'top            a.db:1  2 machines',
      '├── left       a.db:2  2 machines',
      '│   ├── right  a.db:3  2 machines',
      '│   │   ├── m  a.db:4',
      '│   │   └── n  a.db:6',
      '│   └── m      a.db:4  (again)',
      '└── right      a.db:3  (again)',
    ]);
  });

  test('the tree and the resolution have the same objects in the same order', () => {
    const db = parse('a:\nV+=a', 'b: a\nV+=b', 'c: a b\nV+=c', 'd: c\nV+=d', 'e: b d a\nV+=e');
    const rows = listParentRows(db, 'e');
    // Behind its parents each object applies: the tree read in postorder.
    const order: string[] = [];
    const open: { depth: number; name: string }[] = [];
    for (const row of [...rows, { depth: -1, name: '', again: false }]) {
      while (open.length > 0 && (open.at(-1)?.depth ?? 0) >= row.depth) order.push(open.pop()?.name ?? '');
      if ('name' in row && !row.again) open.push(row);
    }
    assert.deepEqual(
      order,
      listContributions(db, 'e').map(({ object }) => object),
    );
  });

  test('60,000 heirs: the first ten and how many more', () => {
    const machines = Array.from({ length: 60_000 }, (_, index) => `m${index}: top\nIP=10.0.0.1`);
    const db = parse('top:', 'sub: top', 'deep: sub', ...machines);
    const lines = formatTree(listHeirRows(db, 'top', { all: false }));
    assert.equal(lines[0], 'top                a.db:1   60,000 machines');
    assert.equal(lines[1]?.startsWith('├── sub'), true);
    assert.equal(lines.at(-1), '└── … 59,991 more');
    assert.equal(lines.length, 13);
    assert.equal(formatTree(listHeirRows(db, 'top', { all: true })).length, 60_003);
  });

  test('a wide tree stays on a screen or two, and says what is not drawn', () => {
    const groups = Array.from({ length: 20 }, (_, index) => `g${index}: ${index < 10 ? 'top' : `g${index - 10}`}`);
    const machines = Array.from({ length: 400 }, (_, index) => `m${index}: g${index % 20}\nIP=10.0.0.1`);
    const lines = formatTree(listHeirRows(parse('top:', ...groups, ...machines), 'top', { all: false }));
    assert.ok(lines.length < 90, `${lines.length} lines`);
    assert.match(lines.join('\n'), /20 machines, not drawn/);
  });

  test('a chain of 20,000 is drawn without a recursion and without a screen of blanks', { timeout: 5000 }, () => {
    const chain = Array.from({ length: 20_000 }, (_, index) => `o${index}:${index === 19_999 ? '' : ` o${index + 1}`}`);
    const db = parse(...chain);
    const lines = formatTree(listParentRows(db, 'o0'));
    assert.equal(lines.length, 20_000);
    assert.ok(Math.max(...lines.map((line) => line.length)) < 250);
    assert.ok(formatTree(listHeirRows(db, 'o19999', { all: false })).length < 100);
  });
});
