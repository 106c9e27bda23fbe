import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareFacts } from './compare-facts.ts';
import type { DiskFacts, MachineFacts } from './disk-facts.ts';
import { diskFactsFromTools, stacksFromTools } from './facts-from-tools.ts';
import { disk, machine } from './testing/disk.ts';
import { readRecording } from './testing/read-recording.ts';

function recorded(name: string): MachineFacts {
  const output = readRecording(name);
  return { ...machine(...diskFactsFromTools(output)), stacks: stacksFromTools(output) };
}

const before = recorded('md-lvm');
const [first] = before.disks;
assert.ok(first !== undefined);
const FIRST = 'serial S3Z9NB0K812345L (/dev/sda, QEMU HARDDISK, 1.00 GiB)';

/** The same machine with its first disk changed. */
function withFirst(change: Partial<DiskFacts>): MachineFacts {
  return { ...before, disks: before.disks.map((each) => (each === first ? { ...each, ...change } : each)) };
}

/** … with the third partition of its first disk changed. */
function withPart(change: Partial<DiskFacts['partitions'][number]>): MachineFacts {
  return withFirst({
    partitions: first?.partitions.map((each) => (each.number === 3 ? { ...each, ...change } : each)) ?? [],
  });
}

for (const name of ['virtio', 'sata', 'nvme', 'ramdisk', 'usb', 'md-lvm']) {
  test(`nothing has changed: ${name}, also in another order`, () => {
    const facts = recorded(name);
    assert.deepEqual(compareFacts(facts, structuredClone(facts)), []);
    const shuffled = {
      ...facts,
      memoryBytes: 1,
      disks: facts.disks.toReversed().map((each) => ({ ...each, partitions: each.partitions.toReversed() })),
      stacks: facts.stacks.toReversed().map((each) => ({ ...each, parents: each.parents.toReversed() })),
    };
    assert.deepEqual(compareFacts(facts, shuffled), []);
  });
}

const changes: readonly (readonly [now: MachineFacts, difference: string])[] = [
  [{ ...before, firmware: 'uefi' }, 'the firmware: mode was bios, is uefi'],
  [
    { ...before, disks: before.disks.slice(0, 2) },
    'disk serial WD-WX11D7654321 (/dev/sdc, QEMU HARDDISK, 512 MiB) is gone',
  ],
  [{ ...before, disks: [...before.disks, disk({ serial: 'NEW' })] }, 'disk serial NEW (/dev/vda, 64.0 GiB) is new'],
  [withFirst({ path: '/dev/sdx' }), `disk ${FIRST}: path was /dev/sda, is /dev/sdx`],
  [withFirst({ sizeBytes: 5 }), `disk ${FIRST}: size in bytes was 1073741824, is 5`],
  [withFirst({ logicalSectorBytes: 4096 }), `disk ${FIRST}: logical sector in bytes was 512, is 4096`],
  [withFirst({ readOnly: true }), `disk ${FIRST}: read-only was false, is true`],
  [
    withFirst({ table: { kind: 'dos', uuid: first.table?.uuid ?? '' } }),
    `disk ${FIRST}: partition table was gpt, is dos`,
  ],
  [withFirst({ unknownContent: ['last'] }), `disk ${FIRST}: unknown content was none, is last`],
  [
    withFirst({ signatures: [{ type: 'isw_raid_member' }] }),
    `disk ${FIRST}: signatures beside it was none, is isw_raid_member`,
  ],
  [
    withFirst({ freeSpace: [{ startSector: 2048, sizeSectors: 4096, blank: false }] }),
    `disk ${FIRST}: free space was none, is 2048+4096 unknown content`,
  ],
  [withPart({ blank: false }), `partition 3 of disk ${FIRST}: blank was none, is false`],
  [withPart({ tableType: 'dos' }), `partition 3 of disk ${FIRST}: table inside was none, is dos`],
  [withFirst({ fsType: 'xfs' }), `disk ${FIRST}: file system was none, is xfs`],
  [withFirst({ mountpoints: ['/m'] }), `disk ${FIRST}: mounted on was none, is /m`],
  [withPart({ startSector: 7 }), `partition 3 of disk ${FIRST}: first sector was 1232896, is 7`],
  [withPart({ sizeSectors: 7 }), `partition 3 of disk ${FIRST}: size in sectors was 409600, is 7`],
  [withPart({ type: '83' }), `partition 3 of disk ${FIRST}: type was 0fc63daf-8483-4772-8e79-3d69d8477de4, is 83`],
  [withPart({ fsType: 'ext4' }), `partition 3 of disk ${FIRST}: file system was none, is ext4`],
  [withPart({ fsUuid: 'u' }), `partition 3 of disk ${FIRST}: file system's UUID was none, is u`],
  [withPart({ mountpoints: ['/m', '/l'] }), `partition 3 of disk ${FIRST}: mounted on was none, is /l, /m`],
  [withPart({ holders: ['md1'] }), `partition 3 of disk ${FIRST}: part of was none, is md1`],
  [withPart({ group: { kind: 'raid', id: 'i' } }), `partition 3 of disk ${FIRST}: member of was none, is raid i`],
  [withFirst({ partitions: first.partitions.slice(0, 3) }), `partition 4 of disk ${FIRST} is gone`],
  [{ ...before, stacks: before.stacks.slice(0, 3) }, '/dev/mapper/crypt-srv does not run any more'],
  [
    {
      ...before,
      stacks: [
        ...before.stacks,
        { path: '/dev/md9', name: 'md9', kind: 'raid', parents: ['/dev/sdc'], mountpoints: [] },
      ],
    },
    '/dev/md9 now runs on /dev/sdc',
  ],
  [
    {
      ...before,
      stacks: before.stacks.map((each) => ({ ...each, mountpoints: each.name === 'md0' ? ['/n'] : each.mountpoints })),
    },
    '/dev/md0: mounted on was none, is /n',
  ],
];
for (const [now, difference] of changes) {
  test(`told: ${difference}`, () => {
    assert.deepEqual(compareFacts(before, now), [difference]);
  });
}

test('a partition that came or is no longer shown by the kernel, and a UUID', () => {
  const { path: _, ...hidden } = first.partitions[2] ?? assert.fail();
  const partitions = [...first.partitions.slice(0, 2), { ...hidden, uuid: 'new' }];
  const now = withFirst({ partitions: [...partitions, ...first.partitions.slice(3)] });
  assert.deepEqual(compareFacts(before, now), [
    `partition 3 of disk ${FIRST}: UUID was ${hidden.uuid}, is new`,
    `partition 3 of disk ${FIRST}: shown by the kernel was true, is false`,
  ]);
  assert.deepEqual(
    compareFacts(withFirst({ partitions }), withFirst({ partitions: [...partitions, ...first.partitions.slice(3)] })),
    [`partition 4 of disk ${FIRST} is new`],
  );
});

test('two disks that exchanged their names are told by their serial numbers', () => {
  const told = compareFacts(recorded('sata'), recorded('swapped-names')).join('\n');
  assert.match(told, /serial S3Z9NB0K812345L .*: path was \/dev\/sda, is \/dev\/sdb\n/);
  assert.match(told, /serial WD-WX11D7654321 .*: path was \/dev\/sdb, is \/dev\/sda/);
  assert.doesNotMatch(told, /is gone|is new|size|UUID/);
});

test('disks without or with equal serial numbers are told by their paths', () => {
  for (const serial of [{}, { serial: 'SAME' }]) {
    const disks = ['/dev/sda', '/dev/sdb'].map((path) => disk({ ...serial, path }));
    assert.deepEqual(compareFacts(machine(...disks), machine(...disks.toReversed())), []);
    assert.equal(compareFacts(machine(...disks), machine(...disks.slice(1))).length, 1);
  }
});

test('a loop device or a CD drive makes no difference', () => {
  const odds = [disk({ path: '/dev/loop0', kind: 'loop' }), disk({ path: '/dev/sr0', kind: 'cdrom' })];
  assert.deepEqual(compareFacts(before, { ...before, disks: [...before.disks, ...odds] }), []);
});
