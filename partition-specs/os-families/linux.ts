import { filesystems } from '../filesystems/all.ts';
import { gptTypes } from '../tables/gpt.ts';
import type { OsFamily } from './os-family.ts';

const typesByMountPoint: Readonly<Record<string, string>> = {
  '/': gptTypes.linuxRootX64,
  '/home': gptTypes.linuxHome,
};

export const linux: OsFamily = {
  name: 'linux',
  filesystems,
  numberOf: (letter) => letter.charCodeAt(0) - 'a'.charCodeAt(0) + 1,
  gptTypeOf: ({ mountPoint, kind }) => kind.gptType ?? typesByMountPoint[mountPoint ?? ''] ?? gptTypes.linux,
  mountOptions: (
    'async sync dirsync atime noatime relatime norelatime strictatime lazytime auto noauto defaults dev ' +
    'nodev diratime nodiratime exec noexec nofail ro rw suid nosuid user nouser users group owner'
  ).split(' '),
};
