import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Lookup } from '../../contract/lookup.ts';
import { FaultsError } from '../../lib/errors.ts';
import type { Manifest } from '../../packagelink/package/manifest.ts';
import type { MachineFacts } from '../../partition-specs/disk-facts.ts';
import { destroysData, formatPlan } from './format-plan.ts';
import { planInstall } from './plan-install.ts';

const manifest = (name: string, priority: number, entries: Manifest['entries'] = []): Manifest => {
  return { version: 1, name, priority, mutable: [], overrides: [], pin: [], packs: [], rawBytes: 0, entries };
};

const lookup: Lookup = {
  machineId: '5e9ad2f0-6f0e-4b6e-9c55-0d3f3a6c0f11',
  name: 'lab01',
  generation: 'a'.repeat(64),
  record: {
    OS: 'debian',
    OSREV: '12',
    MAC: '52:54:00:77:00:01',
    IP: '10.77.0.101',
    NETMASK: '255.255.255.0',
    NAMESERVER: '10.77.0.1',
    DOMAIN: 'lab.example',
    PARTITION: 'disk0: (a 2G ext4 /) (b 256M swap) (c rest ext4 /home)',
  },
  image: { name: 'debian-12-amd64', manifest: 'b'.repeat(64) },
  packages: [{ name: 'motd', priority: 50, manifest: 'c'.repeat(64) }],
};

const facts: MachineFacts = {
  firmware: 'bios',
  memoryBytes: 1024 ** 3,
  macs: ['52:54:00:77:00:01'],
  stacks: [],
  disks: [
    {
      path: '/dev/vda',
      kind: 'disk',
      serial: 'GUT1',
      sizeBytes: 8 * 1024 ** 3,
      logicalSectorBytes: 512,
      physicalSectorBytes: 512,
      rotational: false,
      removable: false,
      readOnly: false,
      partitions: [],
      mountpoints: [],
      holders: [],
    },
  ],
};

const kernelLinks: Manifest['entries'] = ['initrd.img', 'vmlinuz'].map((path) => {
  const metadata = { mode: 0o777, uid: 0, gid: 0, mtimeSeconds: 0, mtimeNanoseconds: 0 };
  return { type: 'symlink', path, target: `boot/${path}-6.1`, ...metadata };
});

const template: Manifest['entries'] = [
  {
    type: 'file',
    path: 'etc/motd.plprocess',
    mode: 0o644,
    uid: 0,
    gid: 0,
    mtimeSeconds: 0,
    mtimeNanoseconds: 0,
    sizeBytes: 0,
    sha256: 'd'.repeat(64),
    chunks: [],
    template: { inline: ['PRINTER'], leading: [] },
  },
];

const plan = (
  change: Partial<Lookup> = {},
  changedFacts: Partial<MachineFacts> = {},
  packages = [manifest('motd', 50)],
) =>
  planInstall({
    lookup: { ...lookup, ...change },
    image: manifest('debian-12-amd64', 0, kernelLinks),
    packages,
    facts: { ...facts, ...changedFacts },
    consoles: ['ttyS0,115200'],
  });

test('with systemd-boot, the menu is that of the entries, and Secure Boot is asked of programs alone', () => {
  const programs = ['boot/initrd.img-6.1', 'boot/vmlinuz-6.1', 'usr/lib/systemd/boot/efi/systemd-bootx64.efi'];
  const files = programs.map((path): Manifest['entries'][number] => {
    const metadata = { mode: 0o644, uid: 0, gid: 0, mtimeSeconds: 0, mtimeNanoseconds: 0 };
    return { type: 'file', path, ...metadata, sizeBytes: 1000, sha256: 'e'.repeat(64), chunks: [] };
  });
  const input = {
    lookup: { ...lookup, record: { ...lookup.record, BOOTLOADER: 'systemd-boot' }, packages: [] },
    image: manifest('debian-12-amd64', 0, [...kernelLinks, ...files]),
    packages: [],
    facts: { ...facts, firmware: 'uefi' as const },
    consoles: ['ttyS0,115200'],
  };
  const { plan: made } = planInstall(input);
  assert.deepEqual(made.started, ['/usr/lib/systemd/boot/efi/systemd-bootx64.efi', '/boot/vmlinuz-6.1']);
  const written = made.steps.flatMap((step) => (step.kind === 'write-files' ? step.files.map(({ path }) => path) : []));
  assert.deepEqual(written, ['/boot/loader/gutinteg.conf']);
  assert.match(
    formatPlan(made),
    /entry debian 12 \(Linux 6\.1\): copies of \/boot\/vmlinuz-6\.1, \/boot\/initrd\.img-6\.1/,
  );
  const bios = { ...input, facts };
  assert.throws(() => planInstall(bios), /BOOTLOADER: 'systemd-boot' is not for bios firmware; known there: grub/);
});

test('the order is: make sure, save, tables, formats, read back, mounts, files, boot loader, state, unmount', () => {
  const { steps } = plan().plan;
  const phases = steps.map(({ phase }) => phase).filter((phase, index, all) => phase !== all[index - 1]);
  assert.deepEqual(phases, [
    'confirm',
    'save',
    'partition',
    'format',
    'verify',
    'mount',
    'files',
    'mount',
    'boot-loader',
    'finish',
  ]);
  const destroying = steps.flatMap((step, index) => (step.kind === 'command' && step.destroys ? [index] : []));
  const laying = steps.findIndex(({ kind }) => kind === 'lay-files');
  assert(destroying.length > 0 && Math.max(...destroying) < laying);
  assert.deepEqual(steps.at(-1), {
    phase: 'finish',
    kind: 'command',
    argv: ['umount', '-R', '/target'],
    destroys: false,
    why: 'leave the file systems clean',
  });
});

test('commands that say so run in the new system, after its files and before its boot loader', () => {
  const after: Manifest['after'] = [
    { paths: ['etc/**'], run: ['update-initramfs', '-u'], timeoutSeconds: 300, order: 50, in: ['system', 'install'] },
    { paths: ['**'], run: ['systemctl', 'restart', 'x'], timeoutSeconds: 60, order: 10, in: ['system'] },
    { paths: ['no/such/path'], run: ['never'], timeoutSeconds: 60, order: 10, in: ['install'] },
  ];
  const planned = plan({}, {}, [{ ...manifest('motd', 50), after }]).plan;
  const { steps } = planned;
  const at = steps.findIndex(({ kind }) => kind === 'run-after');
  const step = steps[at];
  assert(step?.kind === 'run-after');
  assert.deepEqual(
    step.commands.map(({ argv }) => argv),
    [['update-initramfs', '-u']],
  );
  assert(at > steps.findIndex((each) => each.kind === 'command' && each.argv.includes('/target/proc')));
  assert.equal(
    at + 1,
    steps.findIndex(({ phase }) => phase === 'boot-loader'),
  );
  assert.match(
    formatPlan(planned),
    /update-initramfs -u {2}\(\/etc\/\S+ and \d+ more changed \(motd\); at most 300 s\)/,
  );
});

test('the same input gives the same plan, and it survives JSON', () => {
  const { plan: first, tree } = plan();
  assert.deepEqual(JSON.parse(JSON.stringify(first)), JSON.parse(JSON.stringify(plan().plan)));
  assert(tree.entries.some(({ path, owner }) => path === 'etc/fstab' && owner === '@generated'));
});

test('all faults come at once: disk, network, system and packages', () => {
  const record = { ...lookup.record, OS: 'plan9', IP: '10.77.0.999', PARTITION: 'disk0: (a 20G ext4 /)' };
  assert.throws(
    () => plan({ record }, {}, [manifest('motd', 50, template)]),
    (error) => {
      assert(error instanceof FaultsError);
      assert.equal(error.exitCode, 2);
      const text = error.message;
      for (const expected of [
        /'plan9' cannot be installed/,
        /'10\.77\.0\.999' is not an IPv4/,
        /GUT1/,
        /##PRINTER##/,
      ]) {
        assert.match(text, expected);
      }
      return true;
    },
  );
});

test('what is mounted among the files of the machine needs directories there', () => {
  const metadata = { mode: 0o777, uid: 0, gid: 0, mtimeSeconds: 0, mtimeNanoseconds: 0 };
  const link: Manifest['entries'] = [
    { type: 'directory', path: 'opt', ...metadata, mode: 0o755 },
    { type: 'symlink', path: 'opt/tool', target: '/srv/tool', ...metadata },
  ];
  const at = (content: string) =>
    plan({ record: { ...lookup.record, PARTITION: `disk0: (a 2G ext4 /) (b rest ${content})` } }, {}, [
      manifest('motd', 50, link),
    ]);
  const cases: [content: string, says: RegExp][] = [
    ['ext4 /opt/tool', /mounted on \/opt\/tool: it is a symlink to \/srv\/tool of motd/],
    ['ext4 /opt/tool/data', /mounted on \/opt\/tool\/data: \/opt\/tool above it is a symlink/],
    ['swap /opt/tool', /mounted on \/opt\/tool: it is a symlink/],
    ['ext4 /vmlinuz', /it is a symlink to boot\/vmlinuz-6.1 of debian-12-amd64/],
  ];
  for (const [content, says] of cases)
    assert.throws(
      () => at(content),
      (error) => error instanceof FaultsError && says.test(error.message),
    );
  assert.equal(at('ext4 /opt/data').plan.obstacles.length, 0);
});

test('the text names the disk by serial and shows the commands that destroy', () => {
  const text = formatPlan(plan().plan);
  assert.match(text, /GUT1/);
  assert.match(text, /DESTROYS/);
  assert.match(text, /sfdisk/);
});

test('an empty disk loses nothing, a used one does', () => {
  assert.equal(destroysData(plan().plan), false);
  const [disk] = facts.disks;
  assert(disk !== undefined);
  const used = {
    ...disk,
    table: { kind: 'dos' },
    partitions: [
      { number: 1, startSector: 2048, sizeSectors: 4096, type: '83', fsType: 'ext4', mountpoints: [], holders: [] },
    ],
  };
  assert.equal(destroysData(plan({}, { disks: [used] }).plan), true);
});

test('a machine of another architecture than its record is refused together with all other faults', () => {
  assert.throws(
    () => plan({ record: { ...lookup.record, OS: 'plan9' } }, { architecture: 'arm64' }),
    (error) =>
      error instanceof FaultsError &&
      /ARCH: .*but the machine's processor is arm64/.test(error.message) &&
      /OS: /.test(error.message),
  );
});
