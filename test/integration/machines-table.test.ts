import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { withMachinesTable } from '../machines-table.ts';
import { testFiles } from '../test-files.ts';
import { cells, chooseCells, nameOfCell } from '../qemu/cells.ts';

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

const choices: readonly [words: string, names: readonly string[]][] = [
  ['secure nvme', ['secure-amd64-nvme-virtio-network']],
  ['http secure', ['secure-amd64-sata-virtio-http']],
  ['bios virtio virtio', ['bios-amd64-virtio-virtio-network']],
  ['arm64', ['uefi-arm64-virtio-virtio-network']],
  ['bios e1000', ['bios-amd64-virtio-e1000-network', 'bios-amd64-sata-e1000-network']],
  ['', cells.map(nameOfCell)],
];

for (const [words, names] of choices) {
  test(`words choose cells: '${words}'`, () => {
    assert.deepEqual(chooseCells(words.split(' ').filter(Boolean)).map(nameOfCell), names);
  });
}

test('words that no cell has are refused, and the known ones are named', () => {
  for (const words of [['secure', 'e1000'], ['scsi'], ['arm64', 'arm64']]) {
    assert.throws(() => chooseCells(words), { message: new RegExp(words.join(' ')), hint: /rtl8139/, exitCode: 2 });
  }
});

test('a system of arm64 takes minutes to build: npm test leaves it to npm run test:machines', async () => {
  assert.equal(chooseCells(['arm64']).length, 1);
  for (const file of await testFiles('test/qemu')) assert.doesNotMatch(await readFile(file, 'utf8'), /arm64/, file);
});
