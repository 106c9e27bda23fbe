// Which lines of a machine's console a person wants to see while it starts; kernel and systemd messages are in the log.
// In: a line. Out: yes or no. Pure.

const wanted: readonly RegExp[] = [
  // The installer and the ramdisk.
  /^\[ *\d+\.\d\] |^gutinteg:|INSTALLATION FAILED|Kernel panic/,
  // BIOS and iPXE.
  /^iPXE|Booting from|No bootable/,
  // UEFI: what it asks and gets, and what it starts. @see EDK II, NetworkPkg and BdsDxe
  /^>>Start (?:PXE|HTTP Boot) over IPv[46]|^ *(?:Station IP address is|NBP filename is|URI:)|^BdsDxe: starting|^ *PXE-E\d+:/,
  // shim and GRUB.
  /Welcome to GRUB|Security Violation|Verification failed|bad shim signature|^error: |Boot Option Restoration|^Reset System/,
];

/**
 * A disk or card that nothing starts from is tried before the one that something does, each with lines of its own; and a
 * virtual machine without a screen has no video mode. A signed GRUB has its modules inside, and asks for lists of them in
 * vain.
 */
const noise =
  /^BdsDxe: (?:loading|failed to (?:load|start)) |^error: (?:no suitable video mode found|file `\S*\.lst' not found)/;

export function isWorthShowing(line: string): boolean {
  return !noise.test(line) && wanted.some((pattern) => pattern.test(line));
}
