import { EFI_MOUNT_POINT } from '../efi-system.ts';
import { filesystems } from '../filesystems/all.ts';
import { partitionPath } from '../linux-device-path.ts';
import { renderLinux } from '../render/linux.ts';
import { dosTypes } from '../tables/dos.ts';
import { gptTypes } from '../tables/gpt.ts';
import { slotOfLetter } from './letters.ts';
import type { OsFamily } from './os-family.ts';

const typesByMountPoint: Readonly<Record<string, string>> = {
  '/': gptTypes.linuxRootX64,
  '/home': gptTypes.linuxHome,
  [EFI_MOUNT_POINT]: gptTypes.efiSystem,
};

export const linux: OsFamily = {
  name: 'linux',
  installed: true,
  filesystems,
  tables: ['gpt', 'dos'],
  reservedLetters: {},
  wholeLetters: {},
  lastLetter: 'z',
  numberOf: slotOfLetter,
  typeOf: ({ table, mountPoint, kind }) =>
    table === 'dos'
      ? mountPoint === EFI_MOUNT_POINT
        ? dosTypes.efiSystem
        : (kind.dosType ?? dosTypes.linux)
      : (typesByMountPoint[mountPoint ?? ''] ?? kind.gptType ?? gptTypes.linux),
  deviceOf: ({ path }, number) => partitionPath(path, number),
  stacks: true,
  memoryFilesystem: true,
  // tmpfs(5)
  memoryOptions: 'size nr_blocks nr_inodes mode gid uid huge mpol noswap'.split(' '),
  mountOptions: (
    'async sync dirsync atime noatime relatime norelatime strictatime lazytime auto noauto defaults dev ' +
    'nodev diratime nodiratime exec noexec nofail ro rw suid nosuid user nouser users group owner'
  ).split(' '),
  render: renderLinux,
};
