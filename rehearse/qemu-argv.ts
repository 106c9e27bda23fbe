import { architectures } from '../lib/architecture.ts';
import type { Argv } from '../lib/run-command.ts';

/** A disk of a virtual machine. */
export type VirtualDisk = {
  /** The raw image. */
  readonly file: string;
  /** At most SERIAL_CHARACTERS. */
  readonly serial: string;
  /** The firmware tries the disk with the lowest one first; the order of their names decides where it is not given. */
  readonly bootOrder?: number;
  /** Where every write and flush is recorded, in the format of the kernel's dm-log-writes. */
  readonly writeLog?: string;
};

/** The longest serial number of a virtio disk. @see Virtual I/O Device 1.1 §5.2.6, VIRTIO_BLK_T_GET_ID */
export const SERIAL_CHARACTERS = 20;

export type VirtualHardware = {
  readonly name: string;
  /** The first one boots from the network. */
  readonly macs: readonly string[];
  readonly tap: string;
  readonly memoryMiB: number;
  readonly cpus: number;
  /** In the order of their names in the machine: the first one is vda. */
  readonly disks: readonly VirtualDisk[];
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
  const { qemu } = architectures.amd64;
  const options: readonly (readonly string[])[] = [
    ['-name', path(hardware.name)],
    ['-nodefaults', '-no-user-config', '-display', 'none', '-vga', 'none'],
    ['-machine', `${qemu.machine},graphics=off`],
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
  return [qemu.system, ...options.flat()];
}

function diskOptions(disk: VirtualDisk, index: number): string[] {
  const device = `virtio-blk-pci,drive=disk${index},serial=${path(disk.serial)},bootindex=${(disk.bootOrder ?? index) + 2}`;
  if (disk.writeLog !== undefined) return loggedDiskOptions(disk.file, disk.writeLog, { device, index });
  return [
    '-drive',
    `if=none,id=disk${index},format=raw,cache=unsafe,discard=unmap,detect-zeroes=unmap,file=${path(disk.file)}`,
    '-device',
    device,
  ];
}

/**
 * Without discards and zeroes of the guest, as QEMU 7.2 may put other entries between such an entry and its bytes, and
 * without merged requests: an entry of more than 1022 pages is not written.
 */
function loggedDiskOptions(
  file: string,
  writeLog: string,
  { device, index }: { device: string; index: number },
): string[] {
  return [
    '-blockdev',
    `driver=file,node-name=image${index},cache.no-flush=on,filename=${path(file)}`,
    '-blockdev',
    `driver=file,node-name=log${index},cache.no-flush=on,filename=${path(writeLog)}`,
    '-blockdev',
    `driver=blklogwrites,node-name=disk${index},file=image${index},log=log${index}`,
    '-device',
    `${device},discard=off,write-zeroes=off,request-merging=off`,
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
