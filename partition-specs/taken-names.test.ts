import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GiB } from '../lib/bytes.ts';
import { FaultsError } from '../lib/errors.ts';
import type { DiskFacts, MachineFacts, Stack } from './disk-facts.ts';
import { planLayout } from './plan-layout.ts';
import { parsePartitionSpec } from './spec.ts';
import { disk, machine } from './testing/disk.ts';

const own = ['A', 'B'].map((serial, index) => disk({ path: `/dev/sd${'ab'[index]}`, serial, sizeBytes: 20 * GiB }));
const part = { number: 1, startSector: 2048, sizeSectors: 2_000_000, type: '8e', mountpoints: [], holders: [] };
const other = (more: Partial<DiskFacts> = {}) => disk({ path: '/dev/sdc', serial: 'C', sizeBytes: 200 * GiB, ...more });
const withGroup = (name: string) => ({ group: { kind: 'lvm', id: `${name}-uuid`, name } as const });
const stack = (given: Partial<Stack>): Stack => {
  return { path: '/dev/md0', name: 'md0', kind: 'raid', parents: ['/dev/sdc'], mountpoints: [], ...given };
};

const LVM = 'disk0: (a 5G lvm vg0) disk1: (a rest ext4 /) vg0: (srv rest ext4 /srv)';
const RAID =
  'disk0: (a 5G raid1 one) (b 5G raid1 two) disk1: (a 5G raid1 one) (b 5G raid1 two) one: (ext4 /) two: (ext4 /b)';

function plan(text: string, facts: MachineFacts) {
  const bindings = { disk0: 'serial:A', disk1: 'serial:B' };
  const machineId = '0b6f1d52-6a0e-4c3b-9a57-3f0d8c2e1a41';
  return planLayout({ spec: parsePartitionSpec(text), facts, bindings, machineId });
}

const facts = (third: DiskFacts, ...stacks: Stack[]) => ({ ...machine(...own, third), stacks });

const taken: [what: string, facts: MachineFacts, message: RegExp][] = [
  [
    'a group in a partition of another disk',
    facts(other({ partitions: [{ ...part, path: '/dev/sdc1', ...withGroup('vg0') }] })),
    /^a volume group vg0 exists already, on disk serial C .*, which is not to be touched; LVM makes no second one$/,
  ],
  ['a group on another disk as a whole', facts(other(withGroup('vg0'))), /exists already, on disk serial C/],
  [
    'a group on a mirror of other disks',
    facts(other(), stack({ path: '/dev/md7', name: 'md7', ...withGroup('vg0') })),
    /exists already, on disk serial C/,
  ],
  [
    'a group on something that nobody knows the disks of',
    facts(other(), stack({ path: '/dev/md7', name: 'md7', parents: ['/dev/xx9'], ...withGroup('vg0') })),
    /exists already, on \/dev\/md7, /,
  ],
  [
    'a mapped device with the name that a volume gets',
    facts(other(), stack({ path: '/dev/mapper/vg0-srv', name: 'vg0-srv', kind: 'crypt' })),
    /volume srv would be \/dev\/mapper\/vg0-srv, which runs/,
  ],
  ['a driver with a directory in /dev', facts(other({ path: '/dev/vg0/c0d0' })), /where \/dev\/vg0\/c0d0 lies/],
];
for (const [what, given, message] of taken) {
  test(`refused: ${what}`, () => {
    assert.throws(
      () => plan(LVM, given),
      (error) => error instanceof FaultsError && error.faults.some((fault) => message.test(fault.message)),
    );
  });
}

test('what goes takes its name and its number with it; another group may stay', () => {
  const gone = own.map((each) => ({ ...each, partitions: [{ ...part, path: `${each.path}1`, ...withGroup('vg0') }] }));
  const [first = assert.fail(), second = assert.fail()] = gone;
  assert.equal(plan(LVM, machine(first, second, other(withGroup('vg1')))).groups[0]?.name, 'vg0');
  const running = stack({ parents: ['/dev/sda1', '/dev/sdb1'] });
  const devices = plan(RAID, { ...machine(first, second), stacks: [running] }).arrays.map(({ device }) => device);
  assert.deepEqual(devices, ['/dev/md0', '/dev/md1']);
});

test('an array gets a number that none has which goes on running', () => {
  const running = [stack({}), stack({ path: '/dev/md2', name: 'md2' }), stack({ path: '/dev/md127', name: 'md127' })];
  const devices = plan(RAID, facts(other(), ...running)).arrays.map(({ device }) => device);
  assert.deepEqual(devices, ['/dev/md1', '/dev/md3']);
});

test('an array of the same name that stays is spoken of', () => {
  const member = { kind: 'raid', id: 'other', name: 'host7:one' } as const;
  const { notes } = plan(RAID, facts(other({ partitions: [{ ...part, path: '/dev/sdc1', group: member }] })));
  assert.match(notes.join('\n'), /^an array one lies on disk serial C .*, too, which is not touched/);
  assert.deepEqual(plan(RAID, facts(other())).notes, []);
});
