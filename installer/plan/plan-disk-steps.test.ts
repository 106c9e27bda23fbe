import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GiB } from '../../lib/bytes.ts';
import type { MachineFacts } from '../../partition-specs/disk-facts.ts';
import { planLayout } from '../../partition-specs/plan-layout.ts';
import { renderLinux } from '../../partition-specs/render/linux.ts';
import { parsePartitionSpec } from '../../partition-specs/spec.ts';
import { disk, machine } from '../../partition-specs/testing/disk.ts';
import { writtenDisk } from '../../partition-specs/testing/written-disk.ts';
import { planDiskSteps } from './plan-disk-steps.ts';

const DOS = 'disk0: dos (a 1G ext4 /boot) (d 6G ext4 /) (e 1G swap) (h rest xfs /home data)';

function planned(
  text: string,
  facts: MachineFacts,
  initData: readonly string[] = [],
  knownEmpty: readonly string[] = [],
) {
  const machineId = '0b6f1d52-6a0e-4c3b-9a57-3f0d8c2e1a41';
  const bindings = { disk0: 'path:/dev/vda' };
  const layout = planLayout({ spec: parsePartitionSpec(text), facts, bindings, machineId, initData, knownEmpty });
  return { layout, ...planDiskSteps(layout, renderLinux(layout), facts) };
}

test('new data is looked at before anything is saved or written, kept data before and after', () => {
  const first = planned(DOS, machine(disk()), ['h']);
  assert.deepEqual(
    first.steps.slice(0, 3).map(({ kind }) => kind),
    ['confirm-facts', 'expect-blank', 'save-disks'],
  );
  const installed = writtenDisk(disk(), first.layout.disks[0] ?? assert.fail());
  const { steps } = planned('disk0: (a 8G ext4 /) (h rest xfs /home data)', machine(installed));
  const kinds = steps.map(({ kind }) => kind);
  const destroying = steps.flatMap((step, index) => (step.kind === 'command' && step.destroys ? [index] : []));
  const digests = kinds.flatMap((kind, index) => (kind === 'digest-data' ? [index] : []));
  const [before = 0, after = 0] = digests;
  assert.equal(digests.length, 2);
  assert.ok(kinds.indexOf('save-disks') < before && before < Math.min(...destroying));
  assert.ok(after > Math.max(...destroying));
  const touches = steps.filter((step) => step.kind === 'command' && step.destroys && step.argv.at(-1) === '/dev/vda5');
  assert.deepEqual(
    touches.map((step) => step.kind === 'command' && step.argv[0]),
    ['wipefs'],
    'the number that was the root and is the data now is wiped before the table is written, and never after',
  );
  assert.ok(steps.indexOf(touches[0] ?? assert.fail()) < kinds.indexOf('verify-table'));
});

test('a kept btrfs must have the subvolume that is to be mounted, before anything is written', () => {
  const text = (root: string) =>
    `disk0: dos (a 1G ext4 /boot) (d ${root} ext4 /) (h rest btrfs /home data,subvol=@home)`;
  const first = planned(text('6G'), machine(disk()), ['h']);
  const installed = writtenDisk(disk(), first.layout.disks[0] ?? assert.fail());
  const argvs = planned(text('5G'), machine(installed)).steps.map((step) => {
    return step.kind === 'command' ? [step.destroys, step.argv.join(' ')] : [false, step.kind];
  });
  const look = argvs.findIndex(([, line]) =>
    String(line).startsWith('mount -t btrfs -o ro,rescue=nologreplay,subvol=@home /dev/vda6 '),
  );
  assert.ok(look > 0 && look < argvs.findIndex(([destroys]) => destroys === true), JSON.stringify(argvs));
});

test('where a data partition is made, all must be zero, unless somebody knows that the disk is empty', () => {
  const facts = machine(disk({ serial: 'OLD' }));
  const mustBeZero = (knownEmpty: readonly string[]) =>
    planned(DOS, facts, ['h'], knownEmpty).steps.flatMap((step) =>
      step.kind === 'expect-blank' ? [step.mustBeZero] : [],
    );
  assert.deepEqual(mustBeZero([]), [true]);
  assert.deepEqual(mustBeZero(['OLD']), [false]);
});

test('what is kept is known to the teardown by its old name: a doomed half of an array under the new one is refused', () => {
  const first = planned(DOS, machine(disk()), ['h']).layout.disks[0] ?? assert.fail();
  const written = writtenDisk(disk(), first);
  const group = { kind: 'raid', id: '11111111-2222-2222-3333-333344444444' } as const;
  const half = {
    ...written,
    partitions: written.partitions.map((each) =>
      each.number === 6 ? { ...each, fsType: 'linux_raid_member', fsUuid: group.id, group } : each,
    ),
  };
  const other = disk({ path: '/dev/vdb', serial: 'B', sizeBytes: 2 * GiB, fsType: 'linux_raid_member', group });
  // The data moves from number 7 to 6, the number of the half.
  const text = 'disk0: (a 1G ext4 /boot) (d 7G ext4 /) (h rest xfs /home data)';
  const { faults, layout } = planned(text, machine(half, other));
  assert.equal(layout.disks[0]?.partitions.find(({ letter }) => letter === 'h')?.number, 6);
  assert.match(faults.map(({ message }) => message).join(), /raid group .* would be torn apart/);
});
