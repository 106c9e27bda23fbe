// The matrix of machines that installations are tried on. In: nothing. Out: one cell for each. Never: I/O.
import { defaultHardware } from '../../lib/virtual-hardware.ts';
import type { HardwareKind } from '../../lib/virtual-hardware.ts';

export type Cell = {
  readonly hardware: HardwareKind;
  /** Whether `npm test` runs it: these have every firmware and bus, and what the demo and most tests have not. */
  readonly always?: true;
};

const cell = (hardware: Partial<HardwareKind>, more: { always?: true } = {}): Cell => ({
  hardware: { ...defaultHardware, ...hardware },
  ...more,
});

export const cells: readonly Cell[] = [
  cell({ bus: 'virtio', nic: 'virtio' }),
  cell({ bus: 'sata', nic: 'virtio' }),
  cell({ bus: 'nvme', nic: 'virtio' }),
  cell({ bus: 'virtio', nic: 'e1000' }),
  cell({ bus: 'sata', nic: 'e1000' }, { always: true }),
  cell({ bus: 'nvme', nic: 'rtl8139' }),
  cell({ firmware: 'uefi', bus: 'virtio', nic: 'virtio' }),
  cell({ firmware: 'uefi', bus: 'sata', nic: 'e1000' }),
  cell({ firmware: 'uefi', bus: 'nvme', media: 'http' }, { always: true }),
  cell({ firmware: 'secure', bus: 'virtio', nic: 'virtio' }),
  cell({ firmware: 'secure', bus: 'nvme', nic: 'virtio' }, { always: true }),
  cell({ firmware: 'secure', bus: 'sata', media: 'http' }),
  cell({ architecture: 'arm64', firmware: 'uefi' }),
];

/** `bios-amd64-sata-e1000-network`. */
export function nameOfCell({ hardware }: Cell): string {
  const { firmware, architecture, bus, nic, media } = hardware;
  return [firmware, architecture, bus, nic, media].join('-');
}
