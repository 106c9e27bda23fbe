import { MiB } from '../../lib/bytes.ts';
import { optionTable } from '../option-table.ts';
import { gptTypes } from '../tables/gpt.ts';
import type { FilesystemKind } from './filesystem-kind.ts';

/** Windows has made it, and it is kept as it is: nothing here makes, checks or needs to mount one. */
export const ntfs: FilesystemKind = {
  name: 'ntfs',
  blkidType: 'ntfs',
  minBytes: MiB,
  use: 'files',
  rootable: false,
  keptOnly: true,
  mountType: 'ntfs3',
  gptType: gptTypes.basicData,
  dosType: '7',
  labelMaxBytes: 128,
  labelByMountPoint: false,
  operation: 'mkfs',
  // @see Documentation/filesystems/ntfs3.rst
  mountOptions: optionTable(
    'acl noacl discard nodiscard dmask=OCTAL fmask=OCTAL force noforce gid=NUMBER|root hidden nohidden ' +
      'iocharset=CHARSET nls=CHARSET prealloc noprealloc showmeta noshowmeta sparse nosparse sys_immutable ' +
      'nosys_immutable uid=NUMBER|root umask=OCTAL windows_names',
  ),
  // A Windows that sleeps leaves one that Linux does not mount; the machine starts all the same.
  addedOptions: { root: [], other: ['nofail'] },
  fsckPass: { root: 0, other: 0 },
  uuidFrom: (derived) => derived.replaceAll('-', '').slice(0, 16).toUpperCase(),
  make: ({ device }) => {
    throw new Error(`${device}: an ntfs is only kept`);
  },
  makeWhy: 'it is only kept',
  superblock: { offsetBytes: 0, sizeBytes: 512 },
};
