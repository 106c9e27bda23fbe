// What a virtual machine is made of. In: nothing. Out: the kinds of each part, and which of them do not go together.
// Never: I/O; knows QEMU, as rehearse/hardware/ does.
import { architectures } from './architecture.ts';
import type { Architecture } from './architecture.ts';

/** `secure` is a UEFI with Microsoft's keys that enforces Secure Boot. */
export const firmwareNames = ['bios', 'uefi', 'secure'] as const;
export const busNames = ['virtio', 'sata', 'nvme'] as const;
export const nicNames = ['virtio', 'e1000', 'rtl8139'] as const;
/** What a machine starts from while nothing is installed; `http` is UEFI HTTP boot. */
export const mediaNames = ['network', 'http', 'stick', 'cd'] as const;
export const architectureNames = Object.keys(architectures) as readonly Architecture['name'][];

export type FirmwareName = (typeof firmwareNames)[number];
export type BusName = (typeof busNames)[number];
export type NicName = (typeof nicNames)[number];
type MediaName = (typeof mediaNames)[number];

export type HardwareKind = {
  readonly architecture: Architecture['name'];
  readonly firmware: FirmwareName;
  readonly bus: BusName;
  readonly nic: NicName;
  readonly media: MediaName;
};

/** A PC as hypervisors make it. */
export const defaultHardware: HardwareKind = {
  architecture: 'amd64',
  firmware: 'bios',
  bus: 'virtio',
  nic: 'virtio',
  media: 'network',
};

type Rule = { readonly forbids: (kind: HardwareKind) => boolean; readonly says: string };

const rules: readonly Rule[] = [
  {
    forbids: ({ architecture, firmware }) => architecture === 'arm64' && firmware === 'bios',
    says: 'arm64 has no BIOS',
  },
  {
    forbids: ({ architecture, firmware }) => architecture === 'arm64' && firmware === 'secure',
    says: 'Secure Boot is rehearsed on amd64 only',
  },
  {
    forbids: ({ architecture, media }) => architecture === 'arm64' && media === 'cd',
    says: 'the arm64 machine has no CD drive',
  },
  { forbids: ({ firmware, media }) => firmware === 'bios' && media === 'http', says: 'a BIOS has no HTTP boot' },
  {
    forbids: ({ firmware, nic }) => firmware === 'secure' && nic !== 'virtio',
    says: 'the UEFI driver of such a card is in its ROM, which is not signed; use a virtio card with Secure Boot',
  },
];

/** Why such a machine cannot be made; undefined if it can. */
export function impossibleHardware(kind: HardwareKind): string | undefined {
  return rules.find(({ forbids }) => forbids(kind))?.says;
}
