import { MiB } from '../../lib/bytes.ts';
import { onlyWhenReadOnly } from '../mount-options.ts';
import { optionTable } from '../option-table.ts';
import type { FilesystemKind } from './filesystem-kind.ts';

/** @see xfs(5); logs and realtime parts elsewhere are left out, and stripes, which a fresh one cannot be given */
const XFS_OPTIONS =
  'allocsize=ALLOCATION attr2 noattr2 dax[=always|inode|never] discard nodiscard grpid bsdgroups nogrpid sysvgroups ' +
  'filestreams ikeep noikeep inode32 inode64 largeio nolargeio logbufs=2..8 ' +
  'logbsize=LOG noalign norecovery nouuid noquota uquota usrquota ' +
  'quota uqnoenforce qnoenforce gquota grpquota gqnoenforce pquota prjquota pqnoenforce swalloc wsync';

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
  mountOptions: optionTable(XFS_OPTIONS),
  optionProblems: (options) => onlyWhenReadOnly(options, ['norecovery']),
  firstMountOptions: [...optionTable(XFS_OPTIONS).keys()].filter((name) => !/^inode(?:32|64)$/.test(name)),
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
