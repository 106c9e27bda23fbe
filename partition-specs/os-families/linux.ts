import { EFI_MOUNT_POINT } from '../efi-system.ts';
import { filesystems } from '../filesystems/all.ts';
import { partitionPath } from '../linux-device-path.ts';
import { optionTable } from '../option-table.ts';
import { renderLinux } from '../render/linux.ts';
import { dosTypes } from '../tables/dos.ts';
import { gptTypes } from '../tables/gpt.ts';
import { slotOfLetter } from './letters.ts';
import { linuxMounts } from './mount-rules.ts';
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
  mountRules: linuxMounts,
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
  // tmpfs(5); noswap needs a newer kernel than that of Debian 12
  memoryOptions: optionTable(
    'gid=NUMBER|root huge=never|always|within_size|advise inode32 inode64 mode=OCTAL ' +
      'mpol=default|local|prefer|prefer:0|bind:0|interleave|interleave:0 nr_blocks=COUNT nr_inodes=COUNT ' +
      'size=SIZE|PERCENT uid=NUMBER|root',
  ),
  // mount(8), "FILESYSTEM-INDEPENDENT MOUNT OPTIONS"
  mountOptions: optionTable(
    'async sync dirsync atime noatime relatime norelatime strictatime nostrictatime lazytime nolazytime auto noauto ' +
      'defaults dev nodev diratime nodiratime exec noexec iversion noiversion loud silent nofail _netdev nosymfollow ' +
      'ro rw suid nosuid user nouser users group owner comment=WORD ' +
      'shared rshared slave rslave private rprivate unbindable runbindable',
  ),
  render: renderLinux,
};
