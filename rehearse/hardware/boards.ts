// What a virtual machine of each architecture has besides what can be chosen. In: the name. Out: QEMU's options.
// Never: I/O.
import { architectures } from '../../lib/architecture.ts';
import type { Architecture } from '../../lib/architecture.ts';

export type Board = {
  readonly program: string;
  readonly machine: string;
  /** The processor that software emulates. */
  readonly processor: string;
  /** The Linux name of the console that the serial socket is. */
  readonly console: string;
  /** A keyboard for Ctrl-Alt-Del, where the board has none. */
  readonly keyboard: readonly string[];
};

export const boards: { readonly [Name in Architecture['name']]: Board } = {
  amd64: {
    program: architectures.amd64.qemu.system,
    // Without graphics, SeaBIOS and its ROMs speak on the serial line.
    machine: `${architectures.amd64.qemu.machine},graphics=off`,
    // ERMS says that moving bytes one by one is fast. Linux and glibc believe it, and an emulator does exactly that.
    processor: 'max,-erms',
    console: 'ttyS0',
    keyboard: [],
  },
  arm64: {
    program: architectures.arm64.qemu.system,
    machine: architectures.arm64.qemu.machine,
    processor: 'cortex-a57',
    console: 'ttyAMA0',
    keyboard: ['-device', 'virtio-keyboard-pci'],
  },
};
