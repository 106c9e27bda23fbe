// GRUB for a BIOS that starts a stick or CD: one file with all of its modules. In: unpacked packages. Out: bytes.
// Never: runs a program of this computer's own GRUB, or installs one.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Architecture } from '../../lib/architecture.ts';
import { runCommand } from '../../lib/run-command.ts';

/** Nothing is loaded from the medium later but the menu, kernel and ramdisk. */
const MODULES = [
  'biosdisk iso9660 part_gpt part_msdos fat ext2 xfs btrfs lvm mdraid09 mdraid1x normal configfile search',
  'search_fs_file test regexp echo sleep linux chain gzio serial terminal reboot halt ls cat minicmd boot all_video',
].flatMap((line) => line.split(' '));

/** Its menu is /boot/grub/grub.cfg of what the BIOS has started. @see grub-mkimage(1) */
export async function makeBiosCd(root: string, { dynamicLoader, multiarch }: Architecture): Promise<Uint8Array> {
  const work = await mkdtemp(join(tmpdir(), 'gutinteg-bios-cd-'));
  const output = join(work, 'core.img');
  try {
    // With the libraries of its own Debian.
    const loader = join(root, 'usr', dynamicLoader.directory, dynamicLoader.name);
    const from = ['--format', 'i386-pc-eltorito', '--directory', join(root, 'usr/lib/grub/i386-pc')];
    const mkimage = [join(root, 'usr/bin/grub-mkimage'), ...from, '--prefix', '/boot/grub', '--output', output];
    // With the libraries of its own Debian.
    await runCommand([loader, '--library-path', join(root, 'usr/lib', multiarch), ...mkimage, ...MODULES]);
    return await readFile(output);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
