import { architectures } from '../../lib/architecture.ts';
import type { Architecture } from '../../lib/architecture.ts';
import type { BootProgram } from './boot-program.ts';

/**
 * Shim, which firmware with Secure Boot starts by Microsoft's signature, and GRUB, which shim starts by Debian's. They are
 * the same without Secure Boot, as DHCP does not say whether it is on.
 */
export function shimAndGrub(name: Architecture['name']) {
  const { efi } = architectures[name];
  return {
    architecture: name,
    way: 'grub',
    loader: `shim${efi.suffix}.efi`,
    // The last two are what shim starts when keys are to be enrolled, and when a disk has lost its boot entry.
    nextStages: [`grub${efi.suffix}.efi`, `mm${efi.suffix}.efi`, `fb${efi.suffix}.efi`],
    script: 'grub',
    startScript: 'grub/grub.cfg',
    startScriptAliases: [],
    optional: [
      // Shim: newer lists of what was revoked, and further certificates.
      /^revocations_\w+\.efi$/,
      /^shim_certificate_\d+\.efi$/,
      // GRUB: lists of modules, which the signed one has inside, and texts and fonts of menus.
      /^grub\/\w+-efi\/\w+\.(lst|mod)$/,
      /^grub\/(locale|fonts|themes)\//,
      /^grub\/grub\.cfg-/,
    ],
  } as const satisfies Partial<BootProgram>;
}
