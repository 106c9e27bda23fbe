import assert from 'node:assert/strict';
import { test } from 'node:test';
import { machinesTable, withMachinesTable } from '../machines-table.ts';
import { cells, nameOfCell } from '../qemu/cells.ts';

const cell = cells[0] ?? assert.fail('no cells');
const results = [
  { cell, outcome: { installed: 44.4, reported: 60.6, startedAgain: 20 } },
  { cell, outcome: new Error('the kernel panicked') },
];

test('a row for each cell, in seconds, or failed', () => {
  assert.equal(
    machinesTable(results),
    `| firmware | architecture | disks | card | from | installed | reported | started again |
| --- | --- | --- | --- | --- | --- | --- | --- |
| bios | amd64 | virtio | virtio | network | 44 s | 61 s | 20 s |
| bios | amd64 | virtio | virtio | network | **failed** |  |  |
`,
  );
});

test('only what is between the marks of the page changes', () => {
  const page = 'a\n<!-- begin: npm run test:machines -->\nold\n<!-- end -->\nb\n';
  const written = withMachinesTable(page, results);
  assert.match(written, /^a\n<!-- begin: npm run test:machines -->\n\n\| firmware [^]*\|\n\n<!-- end -->\nb\n$/);
  assert.equal(withMachinesTable(written, results), written);
  assert.throws(() => withMachinesTable('a', results), /lacks/);
});

test('no two cells are the same', () => {
  assert.equal(new Set(cells.map(nameOfCell)).size, cells.length);
});
