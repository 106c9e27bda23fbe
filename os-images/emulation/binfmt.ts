// What the kernel must know to hand programs of another processor to QEMU. In: an architecture. Out: the text of a
// registration. Never: I/O.
import type { Architecture } from '../../lib/architecture.ts';

/** QEMU's static programs of Debian's package qemu-user-static: they need nothing of the system that they run in. */
export function interpreterOf({ qemu }: Architecture): string {
  return `/usr/bin/${qemu.user}`;
}

/** ELF, 64 bits, little-endian, version 1; any operating system; an executable or a shared object. */
const MAGIC = [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0];
const MASK = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe, 0xff];

/**
 * A line for `register` of binfmt_misc: `:gutinteg-arm64:M::\x7f…:\xff…:/usr/bin/qemu-aarch64-static:OCF`. The flags let
 * the kernel open QEMU at once (F), so that it is found inside a chroot, and keep set-user-ID programs what they are.
 * @see Linux, Documentation/admin-guide/binfmt-misc.rst
 */
export function renderRegistration(architecture: Architecture): string {
  const { name, elfMachine } = architecture;
  const magic = escaped([...MAGIC, elfMachine & 0xff, elfMachine >> 8]);
  const mask = escaped([...MASK, 0xff, 0xff]);
  return `:gutinteg-${name}:M::${magic}:${mask}:${interpreterOf(architecture)}:OCF`;
}

function escaped(bytes: readonly number[]): string {
  return bytes.map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
}
