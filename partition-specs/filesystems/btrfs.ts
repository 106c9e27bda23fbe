import { MiB } from '../../lib/bytes.ts';
import type { FilesystemKind } from './filesystem-kind.ts';

export const btrfs: FilesystemKind = {
  name: 'btrfs',
  blkidType: 'btrfs',
  // Below this, data and metadata would have to share their blocks.
  minBytes: 256 * MiB,
  use: 'files',
  rootable: true,
  labelMaxBytes: 255,
  labelByMountPoint: true,
  operation: 'mkfs',
  mountOptions: (
    'acl noacl autodefrag noautodefrag barrier nobarrier commit compress compress-force datacow nodatacow datasum ' +
    'nodatasum degraded device discard nodiscard enospc_debug noenospc_debug fatal_errors flushoncommit ' +
    'noflushoncommit max_inline metadata_ratio rescan_uuid_tree rescue skip_balance space_cache nospace_cache ssd ' +
    'ssd_spread nossd nossd_spread subvol subvolid thread_pool treelog notreelog user_subvol_rm_allowed'
  ).split(' '),
  addedOptions: { root: [], other: [] },
  // It has nothing to do before it is mounted. @see fsck.btrfs(8)
  fsckPass: { root: 0, other: 0 },
  uuidFrom: (derived) => derived,
  make: ({ device, uuid, label }) => [
    'mkfs.btrfs',
    '--force',
    '--uuid',
    uuid,
    ...(label === undefined ? [] : ['--label', label]),
    device,
  ],
  makeWhy: 'the UUID is the one that fstab names',
  check: (device) => ({ argv: ['btrfs', 'check', '--readonly', device], okExitCodes: [0] }),
  superblock: { offsetBytes: 64 * 1024, sizeBytes: 4096 },
};
