// QEMU's command line. In: hardware. Out: arguments. Never: I/O; decides what goes together (lib/virtual-hardware.ts does).
import type { Argv } from '../lib/run-command.ts';
import { boards } from './hardware/boards.ts';
import { diskBuses } from './hardware/disk-buses.ts';
import { firmwareFiles } from './hardware/firmware.ts';
import type { HardwareKind } from '../lib/virtual-hardware.ts';
import { needsRom, networkCards } from './hardware/network-cards.ts';

/** A disk of a virtual machine. */
export type VirtualDisk = {
  /** The raw image. */
  readonly file: string;
  /** At most as long as its bus allows. */
  readonly serial: string;
  /** The BIOS tries the disk with the lowest one first; the order of their names decides where it is not given. */
  readonly bootOrder?: number;
  /** Where every write and flush is recorded, in the format of the kernel's dm-log-writes. */
  readonly writeLog?: string;
};

export type VirtualHardware = {
  readonly name: string;
  readonly kind: HardwareKind;
  /** The first one boots from the network. */
  readonly macs: readonly string[];
  readonly tap: string;
  readonly memoryMiB: number;
  readonly cpus: number;
  /** In the order of their names in the machine: the first one is vda, sda or nvme0n1. */
  readonly disks: readonly VirtualDisk[];
  /** The machine's own copy of the firmware's variables; a BIOS has none. */
  readonly variables?: string;
  /** The image on the stick or the CD that `kind.media` names; read only. Without one, the drive is empty. */
  readonly medium?: string;
  /**
   * UEFI: the order of the firmware's variables, which the machine itself can change, or the network first whatever they
   * say. A BIOS has no order that lasts: it always tries the network first.
   */
  readonly bootOrder?: 'variables' | 'network';
  /** Where the packets of the first card are recorded, in pcap format. */
  readonly packets?: string;
  /** `tcg` needs nothing of the host; `kvm` needs a working /dev/kvm. */
  readonly accelerator: 'tcg' | 'kvm';
  /** Where QEMU listens for the console and for QMP, and where it writes the console's output. */
  readonly serialSocket: string;
  readonly serialLog: string;
  readonly qmpSocket: string;
};

/**
 * A machine that boots from a stick or CD first if it has one, then from the network, then from its first disk, with its
 * console on the serial line from the first character on.
 * @see qemu-system-x86_64(1)
 */
export function qemuArgv(hardware: VirtualHardware): Argv {
  const board = boards[hardware.kind.architecture];
  const options: readonly (readonly string[])[] = [
    ['-name', path(hardware.name)],
    ['-nodefaults', '-no-user-config', '-display', 'none', '-vga', 'none'],
    ['-machine', board.machine],
    ['-cpu', board.processor, '-smp', String(hardware.cpus), '-m', String(hardware.memoryMiB)],
    ['-accel', hardware.accelerator === 'tcg' ? 'tcg,thread=multi' : 'kvm'],
    firmwareOptions(hardware),
    hardware.disks.length === 0 ? [] : diskBuses[hardware.kind.bus].controller,
    ...hardware.disks.map((disk, index) => diskOptions(hardware, disk, index)),
    mediumOptions(hardware),
    ...hardware.macs.map((mac, index) => networkOptions(hardware, mac, index)),
    packetOptions(hardware),
    ['-device', 'virtio-rng-pci'],
    board.keyboard,
    [
      '-chardev',
      `socket,id=console,server=on,wait=off,path=${path(hardware.serialSocket)},logfile=${path(hardware.serialLog)}`,
    ],
    ['-serial', 'chardev:console'],
    ['-qmp', `unix:${path(hardware.qmpSocket)},server=on,wait=off`],
  ];
  return [board.program, ...options.flat()];
}

/** UEFI HTTP boot is what the firmware tries after PXE; without PXE, the first. @see OVMF's NetworkPkg/PxeBcPcd.fdf */
function firmwareOptions({ kind, variables = '' }: VirtualHardware): string[] {
  const files = firmwareFiles(kind);
  if (files === undefined) return [];
  const withoutPxe = kind.media === 'http' ? ['IPv4PXESupport', 'IPv6PXESupport'] : [];
  return [
    '-drive',
    `if=pflash,unit=0,format=raw,readonly=on,file=${files.code}`,
    '-drive',
    `if=pflash,unit=1,format=raw,file=${path(variables)}`,
    ...withoutPxe.flatMap((name) => ['-fw_cfg', `name=opt/org.tianocore/${name},string=n`]),
  ];
}

function diskOptions(hardware: VirtualHardware, disk: VirtualDisk, index: number): string[] {
  const bus = diskBuses[hardware.kind.bus];
  const order = bootIndex(hardware, (disk.bootOrder ?? index) + 2);
  const device = `${bus.device(index)},drive=disk${index},serial=${path(disk.serial)}${order}`;
  if (disk.writeLog !== undefined) {
    return [...loggedImage(disk.file, disk.writeLog, index), '-device', `${device}${bus.whenLogged}`];
  }
  return [
    '-drive',
    `if=none,id=disk${index},format=raw,cache=unsafe,discard=unmap,detect-zeroes=unmap,file=${path(disk.file)}`,
    '-device',
    device,
  ];
}

function loggedImage(file: string, writeLog: string, index: number): string[] {
  return [
    '-blockdev',
    `driver=file,node-name=image${index},cache.no-flush=on,filename=${path(file)}`,
    '-blockdev',
    `driver=file,node-name=log${index},cache.no-flush=on,filename=${path(writeLog)}`,
    '-blockdev',
    `driver=blklogwrites,node-name=disk${index},file=image${index},log=log${index}`,
  ];
}

/**
 * A BIOS is told to start it first, as somebody would set it. A UEFI with empty variables finds it by itself; told so, OVMF
 * would delete the entry that an installation has made.
 */
function mediumOptions(hardware: VirtualHardware): string[] {
  const { kind, medium } = hardware;
  const { media } = kind;
  if (medium === undefined) return [];
  const first = bootIndex(hardware, 0);
  const drive = (more: string): string[] => ['-drive', `if=none,id=medium,format=raw,file=${path(medium)}${more}`];
  if (media === 'stick') {
    const stick = `usb-storage,bus=usb.0,drive=medium,removable=on${first}`;
    return ['-device', 'qemu-xhci,id=usb', ...drive(',readonly=on'), '-device', stick];
  }
  if (media === 'cd') {
    const cd = `ide-cd,bus=optical.0,drive=medium${first}`;
    return ['-device', 'ich9-ahci,id=optical', ...drive(',media=cdrom,readonly=on'), '-device', cd];
  }
  return [];
}

/** The first card is on the rehearsal's network and boots; the others have a cable that leads nowhere. */
function networkOptions(hardware: VirtualHardware, mac: string, index: number): string[] {
  const { kind, tap, packets } = hardware;
  // With a virtio card, each packet of a record would begin with a header of the card, which no reader of pcap knows.
  const plain = packets === undefined ? '' : ',vnet_hdr=off';
  const backend =
    index === 0 ? `tap,id=net0,ifname=${tap},script=no,downscript=no${plain}` : `hubport,id=net${index},hubid=${index}`;
  const rom = index === 0 && needsRom(kind.nic, kind.firmware) ? '' : ',romfile=';
  const order = index === 0 ? bootIndex(hardware, 1) : '';
  return [
    '-netdev',
    backend,
    '-device',
    `${networkCards[kind.nic].device},netdev=net${index},mac=${mac}${order}${rom}`,
  ];
}

function packetOptions({ packets }: VirtualHardware): string[] {
  return packets === undefined ? [] : ['-object', `filter-dump,id=packets,netdev=net0,file=${path(packets)}`];
}

/** A UEFI that is told an order by QEMU puts it into its variables at every start, in front of what the machine wrote. */
function bootIndex({ kind, bootOrder = 'variables' }: VirtualHardware, index: number): string {
  return kind.firmware === 'bios' || bootOrder === 'network' ? `,bootindex=${index}` : '';
}

/** A comma inside a QEMU option value is written twice. */
function path(text: string): string {
  return text.replaceAll(',', ',,');
}
