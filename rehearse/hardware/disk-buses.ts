// How a disk hangs on a virtual machine. In: the name of a bus. Out: QEMU's devices for it. Never: I/O.
import type { BusName } from '../../lib/virtual-hardware.ts';

export type DiskBus = {
  /** What the disks hang on, once for a machine. */
  readonly controller: readonly string[];
  /** The device of disk number `index`, without drive, serial number and boot order. */
  readonly device: (index: number) => string;
  /** The longest serial number that such a disk can have. */
  readonly serialCharacters: number;
  /** What Linux calls disk number `index`, when it finds them in their order. */
  readonly linuxName: (index: number) => string;
  /**
   * What keeps the log of a disk's writes whole: no discards and zeroes of the guest, as QEMU 7.2 may put other entries
   * between such an entry and its bytes, and no merged requests, as an entry of more than 1022 pages is not written.
   */
  readonly whenLogged: string;
};

const letter = (index: number): string => String.fromCodePoint(97 + index);

export const diskBuses: { readonly [Name in BusName]: DiskBus } = {
  virtio: {
    controller: [],
    device: () => 'virtio-blk-pci',
    // Virtual I/O Device 1.1 §5.2.6, VIRTIO_BLK_T_GET_ID
    serialCharacters: 20,
    linuxName: (index) => `vd${letter(index)}`,
    whenLogged: ',discard=off,write-zeroes=off,request-merging=off',
  },
  sata: {
    controller: ['-device', 'ich9-ahci,id=sata'],
    device: (index) => `ide-hd,bus=sata.${index}`,
    // ATA8-ACS §7.12, words 10 to 19 of IDENTIFY DEVICE
    serialCharacters: 20,
    linuxName: (index) => `sd${letter(index)}`,
    whenLogged: ',discard_granularity=0',
  },
  nvme: {
    controller: [],
    device: () => 'nvme',
    // NVM Express 1.4 §5.15.2.2, bytes 4 to 23
    serialCharacters: 20,
    linuxName: (index) => `nvme${index}n1`,
    whenLogged: ',discard_granularity=0',
  },
};
