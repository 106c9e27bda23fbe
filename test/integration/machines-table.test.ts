import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withMachinesTable } from '../machines-table.ts';
import { cells, nameOfCell } from '../qemu/cells.ts';

const [first = assert.fail('no cells'), second = assert.fail('one cell')] = cells;
const page = 'a\n<!-- begin: npm run test:machines -->\nold\n<!-- end -->\nb\n';
const written = withMachinesTable(
  page,
  [first, second],
  [{ cell: first, outcome: { installed: 60.6, startedAgain: 20 } }],
);

test('a row for each cell, also for those that did not run', () => {
  assert.equal(
    written,
    `a
<!-- begin: npm run test:machines -->

| firmware | architecture | disks | card | from | result | installed | started again |
| --- | --- | --- | --- | --- | --- | --- | --- |
| bios | amd64 | virtio | virtio | network | ok | 61 s | 20 s |
| bios | amd64 | sata | virtio | network | not tried yet |  |  |

<!-- end -->
b
`,
  );
});

test('what an earlier run has found stays until the cell runs again', () => {
  assert.equal(withMachinesTable(written, [first, second], []), written);
  const outcome = new Error('the kernel panicked');
  const both = withMachinesTable(written, [first, second], [{ cell: second, outcome }]);
  assert.match(both, /virtio \| virtio \| network \| ok \| 61 s/);
  assert.match(both, /sata \| virtio \| network \| \*\*failed\*\*/);
  assert.match(withMachinesTable(both, [first], [{ cell: first, outcome }]), /^\| bios .* \*\*failed\*\* .*\n\n<!--/m);
});

test('a page without marks is refused', () => {
  assert.throws(() => withMachinesTable('a', cells, []), /lacks/);
});

test('no two cells are the same', () => {
  assert.equal(new Set(cells.map(nameOfCell)).size, cells.length);
});
