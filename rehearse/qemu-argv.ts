import type { Argv } from '../lib/run-command.ts';

export type VirtualHardware = {
  readonly name: string;
  /** The first one boots from the network. */
  readonly macs: readonly string[];
  readonly tap: string;
  readonly memoryMiB: number;
  readonly cpus: number;
  /** Raw image files in the order of their names in the machine; each with its serial number. */
  readonly disks: readonly { readonly file: string; readonly serial: string }[];
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
  const options: readonly (readonly string[])[] = [
    ['-name', path(hardware.name)],
    ['-nodefaults', '-no-user-config', '-display', 'none', '-vga', 'none'],
    ['-machine', 'q35,graphics=off'],
    ['-cpu', 'max', '-smp', String(hardware.cpus), '-m', String(hardware.memoryMiB)],
    ['-accel', hardware.accelerator === 'tcg' ? 'tcg,thread=multi' : 'kvm'],
    ...hardware.disks.map(diskOptions),
    ...hardware.macs.map((mac, index) => networkOptions(hardware, mac, index)),
    ['-device', 'virtio-rng-pci'],
    [
      '-chardev',
      `socket,id=console,server=on,wait=off,path=${path(hardware.serialSocket)},logfile=${path(hardware.serialLog)}`,
    ],
    ['-serial', 'chardev:console'],
    ['-qmp', `unix:${path(hardware.qmpSocket)},server=on,wait=off`],
  ];
  return ['qemu-system-x86_64', ...options.flat()];
}

function diskOptions({ file, serial }: VirtualHardware['disks'][number], index: number): string[] {
  return [
    '-drive',
    `if=none,id=disk${index},format=raw,cache=unsafe,discard=unmap,detect-zeroes=unmap,file=${path(file)}`,
    '-device',
    `virtio-blk-pci,drive=disk${index},serial=${path(serial)},bootindex=${index + 2}`,
  ];
}

/** The first card is on the rehearsal's network and boots; the others have a cable that leads nowhere. */
function networkOptions({ tap }: VirtualHardware, mac: string, index: number): string[] {
  const backend =
    index === 0 ? `tap,id=net0,ifname=${tap},script=no,downscript=no` : `hubport,id=net${index},hubid=${index}`;
  const boot = index === 0 ? ',bootindex=1' : ',romfile=';
  return ['-netdev', backend, '-device', `virtio-net-pci,netdev=net${index},mac=${mac}${boot}`];
}

/** A comma inside a QEMU option value is written twice. */
function path(text: string): string {
  return text.replaceAll(',', ',,');
}
