import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UserError } from '../lib/errors.ts';
import { disk, machine } from './testing/disk.ts';
import { partitionNumber, partitionPath } from './linux-device-path.ts';
import { planLayout } from './plan-layout.ts';
import { parsePartitionSpec } from './spec.ts';
import { verifyTable } from './verify-table.ts';

const [planned = assert.fail('no disk')] = planLayout({
  spec: parsePartitionSpec('disk0: (a 1G ext4 /) (b 1G swap)'),
  facts: machine(disk({ path: '/dev/nvme0n1' })),
  bindings: {},
  machineId: '0b6f1d52-6a0e-4c3b-9a57-3f0d8c2e1a41',
}).disks;

/** What sfdisk prints of the planned table. */
function written() {
  const partitions = planned.partitions.map(({ number, startSector, sizeSectors, type, uuid, name }) => ({
    node: `/dev/nvme0n1p${number}`,
    start: startSector,
    size: sizeSectors,
    type: type.toUpperCase(),
    uuid: uuid?.toUpperCase() ?? '',
    name,
  }));
  return {
    label: 'gpt',
    id: planned.table.kind === 'gpt' ? planned.table.uuid.toUpperCase() : '',
    unit: 'sectors',
    sectorsize: 512,
    partitions,
  };
}

type Written = ReturnType<typeof written>;
const changes: [what: string, change: (table: Written) => unknown, differences: RegExp[]][] = [
  ['nothing', () => undefined, []],
  ['the order', (table) => table.partitions.reverse(), []],
  ['the label', (table) => (table.label = 'dos'), [/^\/dev\/nvme0n1: kind of the table: planned gpt, found dos$/]],
  ['the disk GUID', (table) => (table.id = table.id.replaceAll('A', 'B')), [/id of the table/]],
  ['the sector size', (table) => (table.sectorsize = 4096), [/sector size of the table: planned 512, found 4096/]],
  ['a start', (table) => (first(table).start += 1), [/start sector of partition 128: planned 2048, found 2049/]],
  ['a size', (table) => (first(table).size -= 8), [/size in sectors of partition 128: planned 2048, found 2040/]],
  ['a type', (table) => (first(table).type = 'X'), [/type of partition 128/]],
  ['a UUID', (table) => (first(table).uuid = 'X'), [/UUID of partition 128/]],
  ['a name', (table) => (first(table).name = ''), [/name of partition 128: planned bios-boot, found $/]],
  [
    'an attribute',
    (table) => Object.assign(first(table), { attrs: 'RequiredPartition' }),
    [/attributes of partition 128: planned none, found RequiredPartition/],
  ],
  [
    'a number',
    (table) => (first(table).node = '/dev/nvme0n1p3'),
    [/partition 128 \(bios-boot\) is missing/, /nvme0n1p3 is there and was not planned/],
  ],
  [
    'another partition',
    (table) => table.partitions.push({ ...first(table), node: '/dev/nvme0n1p9' }),
    [/nvme0n1p9 is there/],
  ],
  ['no partitions', (table) => (table.partitions = []), [/128 .* missing/, /1 .* missing/, /2 .* missing/]],
];
for (const [what, change, expected] of changes) {
  test(`after a change of ${what}: ${expected.length} differences`, () => {
    const table = written();
    change(table);
    const found = verifyTable(planned, JSON.stringify({ partitiontable: table }));
    assert.equal(found.length, expected.length, found.join('\n'));
    for (const [index, pattern] of expected.entries()) assert.match(found[index] ?? '', pattern);
  });
}

test('the active mark of a DOS table is compared', () => {
  const [dos = assert.fail('no disk')] = planLayout({
    spec: parsePartitionSpec('disk0: dos (a 1G ext4 /) (b 1G swap)'),
    facts: machine(disk()),
    bindings: {},
    machineId: '0b6f1d52-6a0e-4c3b-9a57-3f0d8c2e1a41',
  }).disks;
  const read = (active: number) => {
    const partitions = dos.partitions.map(({ number, startSector, sizeSectors, type }) => ({
      node: `/dev/vda${number}`,
      start: startSector,
      size: sizeSectors,
      type,
      ...(number === active ? { bootable: true } : {}),
    }));
    const id = dos.table.kind === 'dos' ? dos.table.id : '';
    return verifyTable(dos, JSON.stringify({ partitiontable: { label: 'dos', id, unit: 'sectors', partitions } }));
  };
  assert.deepEqual(read(1), []);
  assert.deepEqual(read(2), [
    '/dev/vda: active mark of partition 1: planned true, found false',
    '/dev/vda: active mark of partition 2: planned false, found true',
  ]);
});

test("not sfdisk's output", () => {
  assert.throws(() => verifyTable(planned, ''), UserError);
  assert.throws(() => verifyTable(planned, '{}'), UserError);
});

for (const [path, number, node] of [
  ['/dev/vda', 1, '/dev/vda1'],
  ['/dev/sdab', 12, '/dev/sdab12'],
  ['/dev/nvme0n1', 128, '/dev/nvme0n1p128'],
  ['/dev/mmcblk0', 2, '/dev/mmcblk0p2'],
  ['/dev/loop7', 1, '/dev/loop7p1'],
] as const) {
  test(`partition ${number} of ${path} is ${node}`, () => {
    assert.equal(partitionPath(path, number), node);
    assert.equal(partitionNumber(path, node), number);
    assert.equal(partitionNumber('/dev/vdz', node), undefined);
  });
}

function first(table: Written) {
  return table.partitions.find((partition) => partition.name === 'bios-boot') ?? assert.fail('no BIOS boot partition');
}
