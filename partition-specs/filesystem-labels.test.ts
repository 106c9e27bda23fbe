import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GiB, MiB } from '../lib/bytes.ts';
import { FaultsError } from '../lib/errors.ts';
import { sizeProblem } from './filesystem-limits.ts';
import { filesystemOf } from './filesystems/all.ts';
import { planLayout } from './plan-layout.ts';
import type { LayoutInput } from './plan-layout.ts';
import { parsePartitionSpec } from './spec.ts';
import { disk, machine } from './testing/disk.ts';
import { writtenDisk } from './testing/written-disk.ts';

const machineId = '0b6f1d52-6a0e-4c3b-9a57-3f0d8c2e1a41';
const plan = (text: string, more: Partial<LayoutInput> = {}) =>
  planLayout({ spec: parsePartitionSpec(text), facts: machine(disk()), bindings: {}, machineId, ...more });

function faultsOf(text: string): string[] {
  try {
    plan(text);
    return [];
  } catch (error) {
    assert.ok(error instanceof FaultsError, String(error));
    return error.faults.map(({ message }) => message);
  }
}

const labels: [content: string, fault: RegExp | undefined][] = [
  ['ext4 /srv label=1234567890123456', undefined],
  ['ext4 /srv label=12345678901234567', /too long: ext4 has room for 16 bytes/],
  ['xfs /srv label=1234567890123', /too long: xfs has room for 12/],
  ['swap label=123456789012345', undefined],
  ['swap label=1234567890123456', /too long: swap has room for 15/],
  ['vfat /srv label=data', undefined],
  ['vfat /srv label=my.data', /label 'my\.data': a label of vfat cannot have '\.'/],
  ['vfat /srv label=a/b', /cannot have '\/'/],
  ['msdos /srv label=a:b', /a label of msdos cannot have ':'/],
  ['vfat /srv label=123456789012', /too long: vfat has room for 11/],
  ['btrfs /srv label=a:b', undefined],
];
for (const [content, fault] of labels) {
  test(`label of ${content}: ${fault === undefined ? 'taken' : 'refused'}`, () => {
    const faults = faultsOf(`disk0: (a 9G ext4 /) (b 9G ${content})`);
    assert.equal(faults.length, fault === undefined ? 0 : 1, faults.join('\n'));
    if (fault !== undefined) assert.match(faults[0] ?? '', fault);
  });
}

const twice: [text: string, count: number][] = [
  ['disk0: (a 9G ext4 / label=x) (b 9G xfs /srv label=x)', 1],
  ['disk0: (a 9G ext4 / label=/srv) (b 9G xfs /srv)', 1],
  ['disk0: (a 9G ext4 / label=X) (b 9G vfat /srv label=x)', 1],
  ['disk0: (a 9G ext4 /) (b 9G swap label=x) (c 9G lvm v) v: (one 1G ext4 /one label=x)', 1],
  ['disk0: (a 9G ext4 /) (b 9G swap /tmp) (c 9G ext4 /srv label=/tmp)', 0],
  ['disk0: (a 9G ext4 / label=x) (b 9G xfs /srv label=y)', 0],
];
for (const [text, count] of twice) {
  test(`the same label twice: ${count} in ${text}`, () => {
    const faults = faultsOf(text);
    assert.equal(faults.length, count, faults.join('\n'));
    if (count > 0) assert.match(faults[0] ?? '', /is given to a second file system/);
  });
}

test('FAT that was labelled here is found again by its label, which it has in capitals', () => {
  const text = 'disk0: (a 9G ext4 /) (h 1G vfat /srv label=shared,data)';
  const first = plan(text, { initData: ['h'] });
  const written = writtenDisk(disk(), first.disks[0] ?? assert.fail());
  // As another machine made it: only the label can tell.
  const partitions = written.partitions.map((part) => ({ ...part, uuid: 'ffffffff-0000-4000-8000-000000000001' }));
  const other = partitions.map((part) => (part.fsType === 'vfat' ? { ...part, fsUuid: 'AAAA-BBBB' } : part));
  assert.equal(written.partitions.find(({ fsType }) => fsType === 'vfat')?.fsLabel, 'SHARED');
  const again = plan(text, { facts: machine({ ...written, partitions: other }) });
  assert.match(again.disks[0]?.partitions.find(({ letter }) => letter === 'h')?.evidence ?? '', /labelled 'SHARED'/);
});

const sizes: [filesystem: string, sizeBytes: number, problem: RegExp | undefined][] = [
  ['ext3', 16_384 * GiB - MiB, undefined],
  ['ext3', 16_384 * GiB, /^16\.0 TiB for x; it must be less than 16\.0 TiB$/],
  ['ext2', 20 * 1024 * GiB, /less than 16\.0 TiB/],
  ['ext4', 20 * 1024 * GiB, undefined],
  ['xfs', 299 * MiB, /it needs 300 MiB/],
  ['vfat', 2048 * GiB, /less than 2\.00 TiB/],
  ['swap', 16_385 * GiB, /less than 16\.0 TiB/],
];
for (const [filesystem, sizeBytes, problem] of sizes) {
  test(`${filesystem} of ${sizeBytes} bytes: ${problem === undefined ? 'fits' : 'refused'}`, () => {
    const found = sizeProblem(sizeBytes, filesystemOf(filesystem), 'x');
    if (problem === undefined) assert.equal(found, undefined);
    else assert.match(found ?? '', problem);
  });
}

const large = machine(disk({ sizeBytes: 20 * 1024 * GiB }));
for (const text of [
  'disk0: (a 9G ext4 /) (b rest ext3 /srv)',
  'disk0: (a 9G ext4 /) (b rest lvm v) v: (x rest ext3 /srv)',
]) {
  test(`refused by size, wherever it lies: ${text}`, () => {
    assert.throws(() => plan(text, { facts: large }), /TiB for ext3 .*it must be less than 16\.0 TiB/);
  });
}

for (const size of ['99999999999999999999T', '8192T', '1-99999999T', '9007199254740993']) {
  test(`too large for a number, and said so: ${size}`, () => {
    assert.match(faultsOf(`disk0: (a ${size} ext4 /)`).join(), /is too large: 8191T is the most/);
  });
}
