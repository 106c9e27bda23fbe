import { MiB } from '../../lib/bytes.ts';
import type { FilesystemKind } from './filesystem-kind.ts';

export const xfs: FilesystemKind = {
  name: 'xfs',
  blkidType: 'xfs',
  // mkfs.xfs refuses less.
  minBytes: 300 * MiB,
  use: 'files',
  rootable: true,
  labelMaxBytes: 12,
  labelByMountPoint: true,
  operation: 'mkfs',
  mountOptions: (
    'allocsize attr2 noattr2 dax discard nodiscard grpid bsdgroups nogrpid sysvgroups filestreams ikeep noikeep ' +
    'inode32 inode64 largeio nolargeio logbufs logbsize logdev noalign norecovery nouuid noquota uquota usrquota ' +
    'quota uqnoenforce qnoenforce gquota grpquota gqnoenforce pquota prjquota pqnoenforce rtdev sunit swidth swalloc wsync'
  ).split(' '),
  addedOptions: { root: [], other: [] },
  // It is checked when it is mounted. @see fsck.xfs(8)
  fsckPass: { root: 0, other: 0 },
  uuidFrom: (derived) => derived,
  make: ({ device, uuid, label }) => [
    'mkfs.xfs',
    '-f',
    '-m',
    `uuid=${uuid}`,
    ...(label === undefined ? [] : ['-L', label]),
    device,
  ],
  makeWhy: 'the UUID is the one that fstab names',
  check: (device) => ({ argv: ['xfs_repair', '-n', device], okExitCodes: [0] }),
  superblock: { offsetBytes: 0, sizeBytes: 512 },
};
