import { architectures } from '../../lib/architecture.ts';
import type { Argv } from '../../lib/run-command.ts';

/** grub-install, inside `target` when given; it reads no configuration and builds no initramfs. @see grub-install(8) */
export function grubInstallArgv(program: string, disk: string, target?: string): Argv {
  const install: Argv = [program, `--target=${architectures.amd64.grub.bios}`, '--no-floppy', disk];
  return target === undefined ? install : ['chroot', target, ...install];
}
