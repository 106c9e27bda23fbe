// FAT, as Linux makes and mounts it; `msdos` is the same on the disk, mounted with short names alone.
import { GiB, MiB } from '../../lib/bytes.ts';
import { dosTypes } from '../tables/dos.ts';
import { gptTypes } from '../tables/gpt.ts';
import type { FilesystemKind } from './filesystem-kind.ts';

const FAT_OPTIONS =
  'allow_utime blocksize check codepage conv cvf_format cvf_option debug discard dos1xfloppy dmask errors fat fmask ' +
  'gid quiet rodir showexec sys_immutable time_offset tz uid umask usefree';

export const msdos: FilesystemKind = fatKind('msdos', `${FAT_OPTIONS} dots nodots dotsOK`);
export const vfat: FilesystemKind = fatKind(
  'vfat',
  `${FAT_OPTIONS} iocharset nonumtail posix shortname uni_xlate utf8 nfs`,
);

function fatKind(name: 'vfat' | 'msdos', mountOptions: string): FilesystemKind {
  return {
    name,
    blkidType: 'vfat',
    minBytes: MiB,
    maxBytes: 2048 * GiB,
    use: 'files',
    rootable: false,
    gptType: gptTypes.basicData,
    dosType: dosTypes.fat32,
    labelMaxBytes: 11,
    labelByMountPoint: false,
    operation: 'mkfs',
    mountOptions: mountOptions.split(' '),
    addedOptions: { root: [], other: [] },
    fsckPass: { root: 0, other: 2 },
    uuidFrom: (derived) => `${derived.slice(0, 4)}-${derived.slice(4, 8)}`.toUpperCase(),
    make: ({ device, uuid, label, sizeBytes }) => [
      'mkfs.vfat',
      '-F',
      String(fatBits(sizeBytes)),
      '-i',
      uuid.replace('-', ''),
      ...(label === undefined ? [] : ['-n', label.toUpperCase()]),
      device,
    ],
    makeWhy: 'the volume id is the one that fstab names',
    check: (device) => ({ argv: ['fsck.vfat', '-n', device], okExitCodes: [0] }),
    superblock: { offsetBytes: 0, sizeBytes: 512 },
  };
}

/** FAT32 from where it is sure of its 65,525 clusters, also with sectors of 4096 bytes. @see FAT specification §3.5 */
function fatBits(sizeBytes: number): 12 | 16 | 32 {
  if (sizeBytes >= 260 * MiB) return 32;
  return sizeBytes >= 16 * MiB ? 16 : 12;
}
