import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { DiskFacts, MachineFacts, Stack } from './disk-facts.ts';
import { diskFactsFromTools, stacksFromTools } from './facts-from-tools.ts';
import { planTeardown } from './plan-teardown.ts';
import type { TeardownInput } from './plan-teardown.ts';
import { disk } from './testing/disk.ts';
import { readRecording } from './testing/read-recording.ts';

type Part = DiskFacts['partitions'][number];

function part(path: string, given: Partial<Part> = {}): Part {
  const number = Number(/\d+$/.exec(path)?.[0]);
  return {
    number,
    path,
    startSector: number * 2048,
    sizeSectors: 2048,
    type: '83',
    mountpoints: [],
    holders: [],
    ...given,
  };
}

function stack(path: string, kind: Stack['kind'], parents: string[], mountpoints: string[] = []): Stack {
  return { path, name: path.replace(/^\/dev\/(mapper\/)?/, ''), kind, parents, mountpoints };
}

const raid = { kind: 'raid', id: 'f1e2', name: 'old:0' } as const;
const a = (...partitions: Part[]) => disk({ path: '/dev/sda', serial: 'AAA', partitions });
const b = (...partitions: Part[]) => disk({ path: '/dev/sdb', serial: 'BBB', partitions });

function plan(disks: DiskFacts[], stacks: Stack[] = [], asked: Partial<TeardownInput> = {}) {
  return planTeardown({ facts: { disks, stacks }, granted: ['/dev/sda'], kept: [], ...asked });
}

function commands(...asked: Parameters<typeof plan>): string[] {
  const { operations, faults } = plan(...asked);
  assert.deepEqual(faults, []);
  return operations.map(({ argv }) => argv.join(' '));
}

function refusals(...asked: Parameters<typeof plan>): string[] {
  const { operations, faults } = plan(...asked);
  assert.deepEqual(operations, []);
  assert.ok(faults.every(({ severity, where }) => severity === 'error' && where === '/dev/sda'));
  return faults.map(({ message }) => message);
}

const both = { granted: ['/dev/sda', '/dev/sdb'] };

test('nothing runs: nothing to do', () => {
  assert.deepEqual(commands([a(part('/dev/sda1', { group: raid })), b()]), []);
});

test('swap, mounts from the deepest, then RAID and LVM from the top; another disk is left alone', () => {
  const disks = [
    a(part('/dev/sda1', { mountpoints: ['[SWAP]'] }), part('/dev/sda2'), part('/dev/sda3', { mountpoints: ['/m'] })),
    b(part('/dev/sdb1', { mountpoints: ['/other', '[SWAP]'] })),
  ];
  const stacks = [
    stack('/dev/md0', 'raid', ['/dev/sda2']),
    stack('/dev/mapper/my--vg-a', 'lvm', ['/dev/md0'], ['/m/n/o']),
    stack('/dev/mapper/my--vg-b--c', 'lvm', ['/dev/md0']),
    stack('/dev/mapper/secret', 'crypt', ['/dev/mapper/my--vg-b--c'], ['/m/n', '/q']),
  ];
  assert.deepEqual(commands(disks, stacks), [
    'swapoff /dev/sda1',
    'umount /m/n/o',
    'umount /m/n',
    'umount /m',
    'umount /q',
    'dmsetup remove secret',
    'vgchange --activate n my-vg',
    'mdadm --stop /dev/md0',
  ]);
});

test('a group that is built on another group is stopped before it, whichever volume comes first', () => {
  const stacks = [
    stack('/dev/mapper/low-one', 'lvm', ['/dev/sda1']),
    stack('/dev/mapper/high-x', 'lvm', ['/dev/sda2', '/dev/mapper/low-one']),
    stack('/dev/mapper/low-two', 'lvm', ['/dev/sda1']),
    stack('/dev/mapper/high-y', 'lvm', ['/dev/sda2']),
  ];
  const disks = [a(part('/dev/sda1'), part('/dev/sda2'))];
  for (const order of [stacks, stacks.toReversed().toSorted((x, y) => y.name.localeCompare(x.name))]) {
    assert.deepEqual(commands(disks, order), ['vgchange --activate n high', 'vgchange --activate n low']);
  }
});

test('partitions of a RAID are unmounted and go with it; mapped ones are removed first', () => {
  const stacks = [
    stack('/dev/md0', 'raid', ['/dev/sda1']),
    stack('/dev/md0p1', 'partition', ['/dev/md0'], ['/mnt']),
    stack('/dev/mapper/x', 'dm', ['/dev/sda2']),
    stack('/dev/mapper/x1', 'dm', ['/dev/mapper/x']),
  ];
  assert.deepEqual(commands([a(part('/dev/sda1'), part('/dev/sda2'))], stacks), [
    'umount /mnt',
    'mdadm --stop /dev/md0',
    'dmsetup remove x1',
    'dmsetup remove x',
  ]);
});

test('a kept partition is unmounted as well', () => {
  assert.deepEqual(commands([a(part('/dev/sda1', { mountpoints: ['/srv'] }))], [], { kept: ['/dev/sda1'] }), [
    'umount /srv',
  ]);
});

test('a RAID that reaches a disk which was not granted: refused, with both serial numbers', () => {
  const disks = [a(part('/dev/sda1')), b(part('/dev/sdb1'))];
  const stacks = [
    stack('/dev/md0', 'raid', ['/dev/sda1', '/dev/sdb1']),
    stack('/dev/mapper/vg-x', 'lvm', ['/dev/md0'], ['/mnt']),
  ];
  assert.deepEqual(refusals(disks, stacks), [
    '/dev/md0 (raid) runs on serial AAA (/dev/sda, 64.0 GiB) and serial BBB (/dev/sdb, 64.0 GiB); ' +
      'of these serial BBB (/dev/sdb, 64.0 GiB) must not be written',
  ]);
  assert.equal(commands(disks, stacks, both).length, 3);
});

test('a stack on a partition that the table does not have any more is still found', () => {
  const stacks = [stack('/dev/md0', 'raid', ['/dev/sda7', '/dev/sdb7'])];
  assert.match(refusals([a(), b()], stacks)[0] ?? '', /md0 \(raid\) runs on serial AAA .* and serial BBB/);
});

const halves = [a(part('/dev/sda1', { group: raid })), b(part('/dev/sdb1', { group: raid }))];

test('half of an old RAID here, the other half on a disk that was not granted: refused', () => {
  assert.deepEqual(refusals(halves), [
    'the raid group old:0 (f1e2) would be torn apart: /dev/sda1 on serial AAA (/dev/sda, 64.0 GiB) would be written, ' +
      'not so /dev/sdb1 on serial BBB (/dev/sdb, 64.0 GiB)',
  ]);
  assert.deepEqual(commands(halves, [], both), []);
  assert.deepEqual(commands(halves, [], { kept: ['/dev/sda1'] }), []);
  assert.deepEqual(commands(halves, [], { granted: [] }), []);
});

test('members that firmware made, behind a table and on the bare disk, are one group', () => {
  for (const type of ['isw', 'nvidia', 'promise_fasttrack', 'jmicron', 'lsi_mega', 'silicon_medley', 'ddf', 'linux']) {
    const member = `${type}_raid_member`;
    const one = { ...a(part('/dev/sda1')), signatures: [{ type: member, offsetBytes: 0 }] };
    const other = { ...b(), fsType: member };
    assert.match(refusals([one, other])[0] ?? '', new RegExp(`raid group ${member} would be torn apart: /dev/sda on`));
    assert.deepEqual(commands([one, other], [], both), []);
    const apart = { ...other, fsUuid: 'another' };
    assert.deepEqual(refusals([one, apart]), []);
  }
});

test('two disks with one table to the last UUID are a mirror, or a disk and its copy: refused', () => {
  const table = { kind: 'gpt', uuid: 'd278' };
  const one = { ...a(part('/dev/sda1', { fsUuid: 'ada1' })), table };
  const copy = { ...b(part('/dev/sdb1', { fsUuid: 'ada1' })), table };
  assert.match(
    refusals([one, copy])[0] ?? '',
    /with partition table d278 would be torn apart: .* not so \/dev\/sdb on/,
  );
  assert.deepEqual(commands([one, copy], [], both), []);
  assert.deepEqual(refusals([one, { ...copy, table: { kind: 'gpt', uuid: 'other' } }]), []);
  assert.deepEqual(refusals([one, { ...b(part('/dev/sdb1', { fsUuid: 'other' })), table }]), []);
  // Two new disks of one maker: nothing that tells one from the other.
  assert.deepEqual(
    refusals([
      { ...a(), table },
      { ...b(), table },
    ]),
    [],
  );
});

const lvm = { kind: 'lvm', id: 'uuid', name: 'vg' } as const;

test('a volume group of which one member is kept and another would be written: refused', () => {
  const disks = [a(part('/dev/sda1', { group: lvm }), part('/dev/sda2', { group: lvm }))];
  assert.match(
    refusals(disks, [], { kept: ['/dev/sda1'] })[0] ?? '',
    /lvm group vg .*\/dev\/sda2 .* not so \/dev\/sda1 /,
  );
  assert.deepEqual(commands(disks, [], { kept: ['/dev/sda1', '/dev/sda2'] }), []);
});

test('a volume group that stands on a running RAID and on a whole disk which was not granted: refused', () => {
  const stacks = [{ ...stack('/dev/md0', 'raid', ['/dev/sda1']), group: lvm }];
  const rest = disk({ path: '/dev/sdb', serial: 'BBB', group: lvm });
  assert.match(
    refusals([a(part('/dev/sda1')), rest], stacks)[0] ?? '',
    /torn apart: \/dev\/md0 .* not so \/dev\/sdb on/,
  );
  assert.deepEqual(commands([a(part('/dev/sda1')), rest], stacks, { kept: ['/dev/sda1'] }), ['mdadm --stop /dev/md0']);
});

test('a volume group on a RAID that loses one of its halves while the other is kept: refused', () => {
  const stacks = [{ ...stack('/dev/md0', 'raid', ['/dev/sda1', '/dev/sda2']), group: lvm }];
  const disks = [a(part('/dev/sda1'), part('/dev/sda2')), b(part('/dev/sdb1', { group: lvm }))];
  assert.match(
    refusals(disks, stacks, { kept: ['/dev/sda1'] })[0] ?? '',
    /torn apart: \/dev\/md0 .* not so \/dev\/sdb1 /,
  );
});

for (const mountpoint of ['/', '/usr', '/boot']) {
  test(`the running system's ${mountpoint} on a granted disk, on LVM too: refused`, () => {
    const message = new RegExp(`this system runs from serial AAA .* is mounted on ${mountpoint}$`);
    assert.match(refusals([a(part('/dev/sda1', { mountpoints: [mountpoint] }))])[0] ?? '', message);
    const stacks = [stack('/dev/mapper/vg-x', 'lvm', ['/dev/sda1'], [mountpoint])];
    assert.match(refusals([a(part('/dev/sda1'))], stacks)[0] ?? '', message);
    assert.deepEqual(commands([a(), b(part('/dev/sdb1', { mountpoints: [mountpoint] }))]), []);
  });
}

test('two paths of one disk: refused, with multipath running and without', () => {
  const [one, two] = [a(), b()].map((each) => ({
    ...each,
    serial: 'SAME',
    wwn: `${each.path === '/dev/sda' ? '0x' : 'naa.'}5000c5`,
  }));
  assert.ok(one !== undefined && two !== undefined);
  const message = /serial SAME \(\/dev\/sda, 64\.0 GiB\) is reached by more than one path \(serial SAME \(\/dev\/sdb, /;
  assert.match(refusals([one, two])[0] ?? '', message);
  const running = [stack('/dev/mapper/mpatha', 'multipath', ['/dev/sda', '/dev/sdb'])];
  assert.match(refusals([a(), b()], running)[0] ?? '', /more than one path \(\/dev\/mapper\/mpatha runs on it\)/);
  assert.deepEqual(commands([one, { ...two, serial: 'OTHER' }]), []);
  assert.deepEqual(commands([one, { ...two, wwn: '0x5000c6' }]), []);
});

for (const kind of ['bcache', 'other'] as const) {
  test(`what cannot be stopped by a command is refused: ${kind}`, () => {
    const stacks = [stack('/dev/x0', kind, ['/dev/sda1'])];
    assert.match(refusals([a(part('/dev/sda1'))], stacks)[0] ?? '', /no known way to stop it/);
  });
}

test("another disk's mount below one that goes: refused", () => {
  const disks = [
    a(part('/dev/sda1', { mountpoints: ['/mnt'] })),
    b(part('/dev/sdb1', { mountpoints: ['/mnt/usb', '/mnt2'] })),
  ];
  const { faults } = plan(disks);
  assert.deepEqual(
    faults.map(({ suggestion }) => suggestion),
    ['umount /mnt/usb'],
  );
  assert.deepEqual(commands(disks, [], both), ['umount /mnt/usb', 'umount /mnt', 'umount /mnt2']);
});

const recorded = readRecording('md-lvm');
const facts: Pick<MachineFacts, 'disks' | 'stacks'> = {
  disks: diskFactsFromTools(recorded),
  stacks: stacksFromTools(recorded),
};

test('the recorded machine: in order where both disks are granted, refused where one is', () => {
  const { operations } = planTeardown({ facts, kept: [], ...both });
  assert.deepEqual(
    operations.map(({ argv }) => argv.join(' ')),
    [
      'swapoff /dev/sda4',
      'swapoff /dev/mapper/my--vg-swap',
      'umount /mnt/srv',
      'umount /mnt',
      'vgchange --activate n my-vg',
      'mdadm --stop /dev/md0',
      'dmsetup remove crypt-srv',
    ],
  );
  const { faults } = planTeardown({ facts, granted: ['/dev/sdb'], kept: [] });
  assert.match(faults[0]?.message ?? '', /S3Z9NB0K812345L .* must not be written/);
  assert.deepEqual(planTeardown({ facts, granted: ['/dev/sdc'], kept: [] }), { operations: [], faults: [] });
});

test('whatever is built on whatever: nothing is stopped while it carries another, and no other disk is touched', () => {
  const layers = fc.array(
    fc.tuple(fc.constantFrom('raid', 'lvm', 'crypt'), fc.array(fc.nat(), { minLength: 1, maxLength: 3 })),
    {
      maxLength: 8,
    },
  );
  fc.assert(
    fc.property(layers, (made) => {
      const paths = ['/dev/sda1', '/dev/sda2', '/dev/sdb1'];
      const stacks = made.map(([kind, below], index): Stack => {
        const parents = [...new Set(below.map((number) => paths[number % paths.length] ?? ''))];
        const path = kind === 'raid' ? `/dev/md${index}` : `/dev/mapper/s${index}-x`;
        paths.push(path);
        return stack(path, kind, parents);
      });
      const disks = [a(part('/dev/sda1'), part('/dev/sda2')), b(part('/dev/sdb1'))];
      const { operations, faults } = plan(disks, stacks);
      if (faults.length > 0) return operations.length === 0;
      const at = ({ name, path, kind }: Stack) =>
        operations.findIndex(({ argv }) =>
          [path, kind === 'lvm' ? name.replace('-x', '') : name].includes(argv.at(-1) ?? ''),
        );
      return stacks.every((upper) =>
        stacks
          .filter(({ path }) => upper.parents.includes(path))
          .every((lower) => (at(upper) === -1) === (at(lower) === -1) && at(upper) <= at(lower)),
      );
    }),
  );
});
