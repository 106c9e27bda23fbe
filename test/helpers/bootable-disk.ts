// A disk that starts Debian's signed GRUB and says so. In: a file. Out: the same, with a table and a file system.
// Never: needs a loop device or a kernel that knows FAT.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { architectures } from '../../lib/architecture.ts';
import { runCommand } from '../../lib/run-command.ts';
import { fetchBootPackages } from '../../netboot/boot-files/place-boot-files.ts';

const START_SECTOR = 2048;
const SECTORS = 131_072;

/** What the console shows when the disk has been started. */
export const DISK_STARTED = 'the disk has been started';

/** Writes EFI/debian/ as an installation does, on a disk that is empty. */
export async function makeBootableDisk(disk: string, cacheDir: string): Promise<void> {
  const root = await fetchBootPackages({ architecture: architectures.amd64, cacheDir });
  const work = await mkdtemp(join(tmpdir(), 'gutinteg-esp-'));
  try {
    const config = join(work, 'grub.cfg');
    await writeFile(config, `echo '${DISK_STARTED}'\nsleep 5\nhalt\n`);
    const table = `label: gpt\nstart=${START_SECTOR}, size=${SECTORS}, type=uefi\n`;
    await runCommand(['sfdisk', '--quiet', disk], { stdin: table });
    const image = `${disk}@@${START_SECTOR * 512}`;
    await runCommand(['mformat', '-i', image, '-T', String(SECTORS), '-h', '16', '-s', '63', '::']);
    await runCommand(['mmd', '-i', image, '::/EFI', '::/EFI/debian']);
    for (const [from, to] of [
      [join(root, 'usr/lib/shim/shimx64.efi.signed'), 'shimx64.efi'],
      [join(root, 'usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed'), 'grubx64.efi'],
      [config, 'grub.cfg'],
    ] as const) {
      await runCommand(['mcopy', '-i', image, from, `::/EFI/debian/${to}`]);
    }
  } finally {
    await rm(work, { recursive: true });
  }
}
