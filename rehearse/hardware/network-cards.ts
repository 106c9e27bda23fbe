// The network cards of a virtual machine. In: the name of a card. Out: QEMU's device for it. Never: I/O.
import type { FirmwareName, NicName } from '../../lib/virtual-hardware.ts';

export type NetworkCard = {
  readonly device: string;
  /**
   * Whether the UEFI has a driver for it. If so, the card gets no ROM, and the firmware's own PXE is what boots, as on
   * metal; otherwise the driver is in the card's ROM, which is an iPXE.
   */
  readonly uefiHasDriver: boolean;
};

export const networkCards: { readonly [Name in NicName]: NetworkCard } = {
  virtio: { device: 'virtio-net-pci', uefiHasDriver: true },
  e1000: { device: 'e1000', uefiHasDriver: false },
  rtl8139: { device: 'rtl8139', uefiHasDriver: false },
};

/** Whether the card that boots needs a ROM: QEMU gives each the one of ipxe-qemu, for BIOS and UEFI in one file. */
export function needsRom(nic: NicName, firmware: FirmwareName): boolean {
  return firmware === 'bios' || !networkCards[nic].uefiHasDriver;
}
