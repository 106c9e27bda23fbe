import type { Argv } from '../lib/run-command.ts';

export type VirtualHardware = {
  readonly name: string;
  readonly mac: string;
  readonly tap: string;
  readonly memoryMiB: number;
  readonly cpus: number;
  /** Raw image files in the order of their names in the machine; each with its serial number. */
  readonly disks: readonly { readonly path: string; readonly serial: string }[];
  /** `tcg` needs nothing of the host; `kvm` needs a working /dev/kvm. */
  readonly accelerator: 'tcg' | 'kvm';
  /** Where QEMU listens for the console and for QMP, and where it writes the console's output. */
  readonly serialSocket: string;
  readonly serialLog: string;
  readonly qmpSocket: string;
};

/**
 * QEMU's command line for a PC with a BIOS that boots from the network first and from its first disk second,
 * with its console on the serial line from the first character on.
 * @see qemu-system-x86_64(1)
 */
export function qemuArgv(hardware: VirtualHardware): Argv {
  const disks = hardware.disks.flatMap((disk, index) => [
    '-drive',
    `if=none,id=disk${index},format=raw,cache=unsafe,discard=unmap,detect-zeroes=unmap,file=${escapeComma(disk.path)}`,
    '-device',
    `virtio-blk-pci,drive=disk${index},serial=${escapeComma(disk.serial)},bootindex=${index + 2}`,
  ]);
  return [
    'qemu-system-x86_64',
    ...['-name', escapeComma(hardware.name), '-nodefaults', '-no-user-config', '-display', 'none', '-vga', 'none'],
    ...['-machine', 'q35,graphics=off', '-cpu', 'max', '-smp', String(hardware.cpus), '-m', String(hardware.memoryMiB)],
    ...['-accel', hardware.accelerator === 'tcg' ? 'tcg,thread=multi' : 'kvm'],
    ...disks,
    ...['-netdev', `tap,id=net0,ifname=${hardware.tap},script=no,downscript=no`],
    ...['-device', `virtio-net-pci,netdev=net0,mac=${hardware.mac},bootindex=1`],
    ...['-device', 'virtio-rng-pci'],
    ...[
      '-chardev',
      `socket,id=console,server=on,wait=off,path=${escapeComma(hardware.serialSocket)},logfile=${escapeComma(hardware.serialLog)}`,
    ],
    ...['-serial', 'chardev:console'],
    ...['-qmp', `unix:${escapeComma(hardware.qmpSocket)},server=on,wait=off`],
  ];
}

/** A comma inside a QEMU option value is written twice. */
function escapeComma(text: string): string {
  return text.replaceAll(',', ',,');
}
