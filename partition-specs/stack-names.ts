// Names that mdadm and LVM do not take, or not whole. In: a spec. Out: a problem for each, at its column. Pure.
// Never: asks what is in use on this machine (taken-names.ts); the characters are checked by spec-content.ts.
import type { Problem } from './disk-task.ts';
import type { PartitionSpec } from './spec-types.ts';

/** Every array, group and volume whose name is refused by its maker, or changed by it. */
export function stackNameProblems({ arrays, groups }: PartitionSpec): Problem[] {
  return [
    ...arrays.flatMap(({ name, column }) => problemAt(column, arrayProblem(name))),
    ...groups.flatMap(({ name, column }) => problemAt(column, groupProblem(name))),
    ...groups.flatMap(({ volumes }) => volumes).flatMap(({ name, column }) => problemAt(column, volumeProblem(name))),
  ];
}

function problemAt(column: number, message: string | undefined): Problem[] {
  return message === undefined ? [] : [{ column, message }];
}

/** Of the 32 bytes in its superblock, `any:` and the zero at the end take five. @see mdadm(8), --name and --homehost */
const LONGEST_ARRAY_NAME = 27;

function arrayProblem(name: string): string | undefined {
  if (name.length <= LONGEST_ARRAY_NAME) return undefined;
  return `array name '${name}' is too long: mdadm has room for ${LONGEST_ARRAY_NAME} letters, and would not find it again`;
}

/** The kernel's and udev's own in /dev, where each volume group has a directory. @see lvm(8), VALID NAMES */
const DEVICES: ReadonlySet<string> = new Set(
  (
    'autofs block bsg bus cdrom cdrw char console core cpu cpu_dma_latency cuse disk dma_heap dri dvb dvd dvdrw ' +
    'ecryptfs fd full fuse hpet hugepages hwrng iio infiniband initctl input ipmi kfd kmsg kvm log loop mapper mcelog ' +
    'md mem mqueue net null nvram oldmem port ppp ptmx pts random rfkill rtc serial sgx sgx_enclave sgx_provision shm ' +
    'snapshot snd stderr stdin stdout tpm tty udmabuf uhid uinput urandom usb userfaultfd v4l vboxguest vboxuser vcs ' +
    'vcsa vcsu vfio vga_arbiter vhci vmci vsock watchdog xen zero zfs'
  ).split(' '),
);
/** Disks by letter, and what the kernel numbers. */
const NUMBERED_DEVICES =
  /^(?:(?:s|h|v|xv)d[a-z]{1,2}\d*|mmcblk\d\w*|nvme\d\w*|(?:bcache|dm|drbd|event|fb|fd|gpiochip|hidraw|hvc|ipmi|js|loop|lp|md|media|mei|mtd|mtdblock|nbd|nst|parport|pmem|pps|ptp|ram|rbd|rtc|scd|sg|sr|st|tpm|tpmrm|tty|tty[A-Z]{1,3}|ubi|usbmon|vcs|vcsa|vcsu|video|watchdog|zram)\d+\w*)$/;

function groupProblem(name: string): string | undefined {
  if (!DEVICES.has(name) && !NUMBERED_DEVICES.test(name)) return undefined;
  return `volume group '${name}' would be /dev/${name}, which is the kernel's or udev's own; LVM makes no group of that name`;
}

/** @see lvm(8), VALID NAMES; the list itself stands only in LVM's own answers */
const RESERVED_BEGINNING = /^(?:snapshot|pvmove)/;
const RESERVED_PART = /_(?:[ct]data|[ctir]meta|corig|cpool|cvol|iorig|mimage|mlog|pmspare|rimage|vdata|vorigin|wcorig)/;

function volumeProblem(name: string): string | undefined {
  const [beginning] = RESERVED_BEGINNING.exec(name) ?? [];
  if (beginning !== undefined) return `volume name '${name}': LVM keeps names that begin with ${beginning} for itself`;
  const [part] = RESERVED_PART.exec(name) ?? [];
  return part === undefined ? undefined : `volume name '${name}': LVM keeps names with ${part} for itself`;
}
