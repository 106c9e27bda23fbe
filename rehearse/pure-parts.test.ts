import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Report } from '../contract/report.ts';
import { defaultHardware } from '../lib/virtual-hardware.ts';
import { lineSplitter, plainConsole } from './console-text.ts';
import { describeHardware } from './describe-hardware.ts';
import { expectNothingChanged, expectSystem } from './expect-system.ts';
import { marksOfTimeline, phasesOf } from './phases.ts';
import { isWorthShowing } from './worth-showing.ts';
import { formatVerdict } from './verdict.ts';

test('console text loses what only a terminal understands', () => {
  assert.equal(plainConsole('\x1bc\x1b[?7l\x1b[2J\x1b[0mSea\x1b[1;31mBIOS\r\n\0'), 'SeaBIOS\n');
  const lines: string[] = [];
  const write = lineSplitter((line) => lines.push(line));
  for (const part of ['ab', 'c\r\nd', '\x1b[1mef\n', 'rest']) write(part);
  assert.deepEqual(lines, ['abc', 'def']);
});

test('on a screen, a line ends where the cursor goes to the first column', () => {
  const lines: string[] = [];
  const write = lineSplitter((line) => lines.push(line));
  for (const part of ['\x1b[2J\x1b[01;01H>>Start PXE over IPv4.', '\x1b[02;', '01HStation\x1b[03;02HIP\r\n'])
    write(part);
  assert.deepEqual(lines, ['', '>>Start PXE over IPv4.', 'StationIP']);
});

test('of firmware and loaders, what they start and why they do not is shown', () => {
  const shown = [
    '[  12.3] files: 40 %',
    'gutinteg: [3.21s] drivers are loaded',
    '>>Start PXE over IPv4.',
    '  Station IP address is 10.77.0.101',
    ' NBP filename is shimx64.efi',
    'BdsDxe: starting Boot0003 "debian" from HD(1,GPT,6B1D)/\\EFI\\debian\\shimx64.efi',
    'Welcome to GRUB!',
    "error: file `/boot/vmlinuz' not found.",
  ];
  const hidden = [
    'BdsDxe: failed to load Boot0001 "UEFI Misc Device" from PciRoot(0x0)/Pci(0x1,0x0): Not Found',
    'BdsDxe: loading Boot0003 "debian" from HD(1,GPT,6B1D)',
    '[    0.000000] Linux version 6.1.0',
    'error: no suitable video mode found.',
    "error: file `/grub/x86_64-efi/terminal.lst' not found.",
  ];
  assert.deepEqual([...shown, ...hidden].filter(isWorthShowing), shown);
});

test('a rehearsal says first which machine it is', () => {
  const oneDisk = { name: 'lab01', disks: [{}], hardware: { ...defaultHardware, firmware: 'secure' } } as const;
  assert.equal(
    describeHardware(oneDisk),
    'lab01 as a virtual machine: amd64, a UEFI with Secure Boot, 1 empty virtio disk, virtio card; installed from the network',
  );
  const hardware = { ...defaultHardware, bus: 'nvme', nic: 'e1000', media: 'cd' } as const;
  assert.match(
    describeHardware({ name: 'lab02', disks: [{}, {}], hardware }),
    /a BIOS, 2 empty nvme disks, e1000 card; installed from a CD$/,
  );
});

test('phases lie between marks, in whatever order the marks come', () => {
  const marks = [
    { ends: 'login', atSeconds: 30 },
    { ends: 'firmware', atSeconds: 2.04 },
    { ends: 'files', atSeconds: 20, seconds: 15 },
  ];
  assert.deepEqual(phasesOf(marks), [
    { name: 'firmware', seconds: 2, endSeconds: 2 },
    { name: 'files', seconds: 15, endSeconds: 20 },
    { name: 'login', seconds: 10, endSeconds: 30 },
  ]);
});

test('the timeline of another power-on is left out', () => {
  const entry = (source: string, key: string, text: string, atMs: number) => ({
    source,
    key,
    text,
    atMs,
    lastAtMs: atMs,
    count: 1,
  });
  const timeline = [
    entry('dhcp', 'd', 'DHCPDISCOVER', 500),
    entry('dhcp', 'd', 'DHCPDISCOVER', 3000),
    entry('tftp', 't', 'fetched start.ipxe', 3500),
    entry('installer', 'finish files', 'files: done in 4.5 s', 9000),
  ];
  assert.deepEqual(marksOfTimeline(timeline, 1000), [
    { ends: 'firmware', atSeconds: 2 },
    { ends: 'DHCP', atSeconds: 2.5 },
    { ends: 'installer: files', atSeconds: 8, seconds: 4.5 },
  ]);
});

const machine = {
  name: 'lab01',
  record: {},
  macs: [],
  prefixLength: 24,
  disks: [],
  filesystems: [
    { type: 'ext4', mountPoint: '/', byUuid: true },
    { type: 'ext4', mountPoint: '/home', byUuid: true },
  ],
  swaps: 1,
  dataPartitions: [],
};

const report: Report = {
  run: 'first-boot',
  generation: 'a'.repeat(64),
  bootId: 'b',
  ok: true,
  seconds: 1,
  changes: [],
  changedTotal: 0,
  errors: [],
  notices: [],
  system: {
    hostname: 'lab01',
    kernel: '6.1',
    findmnt: {
      filesystems: [
        {
          target: '/',
          source: '/dev/vda1',
          fstype: 'ext4',
          uuid: 'U1',
          children: [{ target: '/home', source: '/dev/vda3', fstype: 'ext4', uuid: 'U3' }],
        },
      ],
    },
    lsblk: {},
    swapon: [{ name: '/dev/vda2', uuid: 'U2' }],
    fstab: 'UUID=U1 / ext4 defaults 0 1\nUUID=U3 /home ext4 defaults 0 2\nUUID=U2 none swap sw 0 0\n',
  },
};

const failures = (change: Partial<NonNullable<Report['system']>>, top: Partial<Report> = {}): string[] => {
  const { system } = report;
  assert(system !== undefined);
  return expectSystem(machine, { ...report, system: { ...system, ...change }, ...top }, 'log')
    .filter(({ ok }) => !ok)
    .map(({ name }) => name);
};

test('a machine as described meets every expectation', () => {
  assert.deepEqual(failures({}), []);
});

test('each thing that is not as described fails its own expectation', () => {
  assert.deepEqual(failures({ hostname: 'other' }), ['host name']);
  assert.deepEqual(failures({ findmnt: { filesystems: [] } }), ['/ mounted', '/home mounted']);
  assert.deepEqual(failures({ findmnt: 'nonsense' }), ['/ mounted', '/home mounted']);
  assert.deepEqual(failures({ fstab: 'UUID=U1 / ext4 defaults 0 1\nUUID=U2 none swap sw 0 0\n' }), ['/home mounted']);
  assert.deepEqual(failures({ swapon: [] }), ['swap']);
  assert.deepEqual(failures({ swapon: [{ name: '/dev/vda2', uuid: 'other' }] }), ['swap']);
  const changes = [{ path: '/etc/x', action: 'replaced' as const, why: 'was changed' }];
  assert.deepEqual(failures({}, { changes, changedTotal: 1 }), ['nothing to change after the installation']);
  assert.equal(expectNothingChanged('n', { ...report, ok: false }, 'log').ok, false);
});

test('a file system in memory is expected by its place, a FAT by its short UUID', () => {
  const wanted = {
    ...machine,
    filesystems: [
      { type: 'tmpfs', mountPoint: '/tmp', byUuid: false },
      { type: 'vfat', mountPoint: '/dos', byUuid: true },
    ],
    swaps: 0,
  };
  const expect = (fstab: string) => {
    const filesystems = [
      { target: '/tmp', source: 'tmpfs', fstype: 'tmpfs', uuid: null },
      { target: '/dos', source: '/dev/vda5', fstype: 'vfat', uuid: 'AB12-CD34' },
    ];
    const system = { hostname: 'lab01', kernel: '6.1', findmnt: { filesystems }, lsblk: {}, swapon: [], fstab };
    return expectSystem(wanted, { ...report, system }, 'log').filter(({ ok }) => !ok);
  };
  assert.deepEqual(expect('tmpfs /tmp tmpfs defaults 0 0\nUUID=AB12-CD34 /dos vfat defaults 0 2\n'), []);
  assert.deepEqual(
    expect('UUID=AB12-CD35 /dos vfat defaults 0 2\n').map(({ name }) => name),
    ['/tmp mounted', '/dos mounted'],
  );
});

test('a verdict that is not as described names what was expected, found, and the log', () => {
  const expectation = { name: 'host name', ok: false, expected: 'lab01', found: 'debian', log: '/tmp/serial.log' };
  const text = formatVerdict({
    machine: 'lab01',
    ok: false,
    phases: [],
    installSeconds: null,
    expectations: [expectation],
    reports: [],
    logs: [],
  });
  for (const part of [
    'FAIL  host name',
    'expected: lab01',
    'found:    debian',
    '/tmp/serial.log',
    'NOT as described',
  ]) {
    assert(text.includes(part), part);
  }
});
