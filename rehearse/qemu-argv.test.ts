import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultHardware, impossibleHardware } from '../lib/virtual-hardware.ts';
import type { HardwareKind } from '../lib/virtual-hardware.ts';
import { qemuArgv } from './qemu-argv.ts';
import type { VirtualHardware } from './qemu-argv.ts';

const hardware: VirtualHardware = {
  name: 'a,b',
  kind: defaultHardware,
  macs: ['52:54:00:00:00:01', '52:54:00:00:00:02'],
  tap: 'tap0',
  memoryMiB: 1024,
  cpus: 2,
  disks: [{ file: '/x,y/disk0.raw', serial: 'S1' }],
  accelerator: 'tcg',
  serialSocket: '/s',
  serialLog: '/l',
  qmpSocket: '/q',
};

function argvOf(kind: Partial<HardwareKind>, more: Partial<VirtualHardware> = {}): string {
  return qemuArgv({ ...hardware, variables: '/v,1.fd', kind: { ...defaultHardware, ...kind }, ...more }).join(' ');
}

test('QEMU gets every disk by serial, every card, and no value that could end an option', () => {
  const text = argvOf({});
  assert.match(text, /^qemu-system-x86_64 -name a,,b /);
  assert.match(text, /file=\/x,,y\/disk0\.raw/);
  assert.match(text, /virtio-blk-pci,drive=disk0,serial=S1,bootindex=2/);
  assert.match(text, /virtio-net-pci,netdev=net0,mac=52:54:00:00:00:01,bootindex=1 /);
  assert.match(text, /virtio-net-pci,netdev=net1,mac=52:54:00:00:00:02,romfile= /);
  assert.match(text, / -cpu max,-erms /);
  assert.doesNotMatch(text, /kvm|pflash|usb|filter-dump/);
});

const parts: readonly (readonly [string, Partial<HardwareKind>, Partial<VirtualHardware>, readonly RegExp[]])[] = [
  ['SATA', { bus: 'sata' }, {}, [/ich9-ahci,id=sata .*ide-hd,bus=sata\.0,drive=disk0,serial=S1,bootindex=2 /]],
  ['NVMe', { bus: 'nvme' }, {}, [/nvme,drive=disk0,serial=S1,bootindex=2 /]],
  ['e1000', { nic: 'e1000' }, {}, [/e1000,netdev=net0,mac=52:54:00:00:00:01,bootindex=1 /]],
  ['rtl8139', { nic: 'rtl8139' }, {}, [/rtl8139,netdev=net0,\S*,bootindex=1 /]],
  [
    'UEFI',
    { firmware: 'uefi' },
    {},
    [
      /unit=0,format=raw,readonly=on,file=\/usr\/share\/OVMF\/OVMF_CODE_4M\.fd /,
      /unit=1,format=raw,file=\/v,,1\.fd /,
      /netdev=net0,mac=52:54:00:00:00:01,romfile= /,
    ],
  ],
  ['UEFI with a card it has no driver for', { firmware: 'uefi', nic: 'e1000' }, {}, [/e1000,netdev=net0,mac=\S*:01 /]],
  ['UEFI HTTP', { firmware: 'uefi', media: 'http' }, {}, [/opt\/org\.tianocore\/IPv4PXESupport,string=n /]],
  [
    'arm64',
    { firmware: 'uefi', architecture: 'arm64' },
    {},
    [/^qemu-system-aarch64 .* -machine virt -cpu cortex-a57 .*AAVMF_CODE\.fd .*virtio-keyboard-pci /],
  ],
  ['stick', { media: 'stick' }, { medium: '/m,1' }, [/file=\/m,,1,readonly=on .*usb-storage,\S*,bootindex=0 /]],
  ['CD', { media: 'cd' }, { medium: '/m' }, [/file=\/m,media=cdrom,readonly=on .*ide-cd,\S*,bootindex=0 /]],
  [
    'packets',
    {},
    { packets: '/p,1' },
    [/downscript=no,vnet_hdr=off /, /filter-dump,id=packets,netdev=net0,file=\/p,,1 /],
  ],
  ['network first', { firmware: 'uefi' }, { bootOrder: 'network' }, [/mac=\S*:01,bootindex=1,/, /S1,bootindex=2 /]],
];

for (const [name, kind, more, patterns] of parts) {
  test(`QEMU's arguments: ${name}`, () => {
    const text = argvOf(kind, more);
    for (const pattern of patterns) assert.match(text, pattern);
  });
}

test('a UEFI goes by its own variables unless it is told otherwise', () => {
  assert.doesNotMatch(argvOf({ firmware: 'uefi' }), /bootindex/);
  for (const media of ['stick', 'cd'] as const) {
    assert.doesNotMatch(argvOf({ firmware: 'uefi', media }, { medium: '/m' }), /bootindex/);
  }
  assert.doesNotMatch(argvOf({ media: 'stick' }), /usb/);
});

test('disks have the kernel names of their order, and boot in an order of their own', () => {
  const disks = [
    { file: '/b.raw', serial: 'B', bootOrder: 1 },
    { file: '/a.raw', serial: 'A', bootOrder: 0, writeLog: '/a,log' },
  ];
  const text = argvOf({}, { disks });
  assert.match(text, /id=disk0,\S*file=\/b\.raw -device virtio-blk-pci,drive=disk0,serial=B,bootindex=3/);
  assert.match(text, /filename=\/a,,log /);
  assert.match(text, /driver=blklogwrites,node-name=disk1,\S* -device virtio-blk-pci,drive=disk1,serial=A,bootindex=2/);
  assert.match(text, /serial=A,bootindex=2,discard=off,write-zeroes=off,request-merging=off /);
});

test('parts that do not go together are named', () => {
  const reasonOf = (kind: Partial<HardwareKind>): string | undefined =>
    impossibleHardware({ ...defaultHardware, ...kind });
  assert.equal(reasonOf({}), undefined);
  assert.equal(reasonOf({ firmware: 'secure', media: 'http', bus: 'nvme' }), undefined);
  assert.match(reasonOf({ architecture: 'arm64' }) ?? '', /no BIOS/);
  assert.match(reasonOf({ media: 'http' }) ?? '', /no HTTP boot/);
  assert.match(reasonOf({ firmware: 'secure', nic: 'e1000' }) ?? '', /not signed/);
});
