// What a rehearsal says first: which machine this is. In: its name and hardware. Out: one line. Never: I/O.
import type { FirmwareName, HardwareKind } from '../lib/virtual-hardware.ts';

const firmwareWords: { readonly [Name in FirmwareName]: string } = {
  bios: 'a BIOS',
  uefi: 'a UEFI without Secure Boot',
  secure: 'a UEFI with Secure Boot',
};

const mediaWords: { readonly [Name in HardwareKind['media']]: string } = {
  network: 'from the network',
  http: 'by UEFI HTTP boot',
  stick: 'from a USB stick',
  cd: 'from a CD',
};

type Described = { readonly name: string; readonly disks: readonly unknown[]; readonly hardware: HardwareKind };

/** `lab01 as a virtual machine: amd64, a UEFI with Secure Boot, 1 empty virtio disk, virtio card; installed from the network`. */
export function describeHardware({ name, disks, hardware }: Described): string {
  const { architecture, firmware, bus, nic, media } = hardware;
  const ofDisks = `${disks.length} empty ${bus} ${disks.length === 1 ? 'disk' : 'disks'}`;
  const parts = [architecture, firmwareWords[firmware], ofDisks, `${nic} card`];
  return `${name} as a virtual machine: ${parts.join(', ')}; installed ${mediaWords[media]}`;
}
