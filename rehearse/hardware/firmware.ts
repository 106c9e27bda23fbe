// The firmware of a virtual machine. In: its name. Out: the files of Debian's packages. Never: I/O.
import type { FirmwareName, HardwareKind } from '../../lib/virtual-hardware.ts';

export type FirmwareFiles = {
  /** Read-only; shared by all machines. */
  readonly code: string;
  /** As they are when a machine is new; each machine has a copy, which is its NVRAM. */
  readonly variables: string;
};

/** Undefined: QEMU's own, the BIOS. @see /usr/share/doc/ovmf/README.Debian */
const amd64: Record<FirmwareName, FirmwareFiles | undefined> = {
  bios: undefined,
  uefi: { code: '/usr/share/OVMF/OVMF_CODE_4M.fd', variables: '/usr/share/OVMF/OVMF_VARS_4M.fd' },
  // The same code enforces Secure Boot once the variables have keys; the variant with SMM takes twice the time.
  secure: { code: '/usr/share/OVMF/OVMF_CODE_4M.fd', variables: '/usr/share/OVMF/OVMF_VARS_4M.ms.fd' },
};

const arm64: Record<FirmwareName, FirmwareFiles | undefined> = {
  bios: undefined,
  uefi: { code: '/usr/share/AAVMF/AAVMF_CODE.fd', variables: '/usr/share/AAVMF/AAVMF_VARS.fd' },
  secure: undefined,
};

const files = { amd64, arm64 };

export function firmwareFiles({
  architecture,
  firmware,
}: Pick<HardwareKind, 'architecture' | 'firmware'>): FirmwareFiles | undefined {
  return files[architecture][firmware];
}
