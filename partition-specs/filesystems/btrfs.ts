import { MiB } from '../../lib/bytes.ts';
import { expectSubvolume, makeSubvolume } from '../btrfs-subvolume.ts';
import { onlyWhenReadOnly, optionNamed } from '../mount-options.ts';
import { optionTable } from '../option-table.ts';
import type { FilesystemKind } from './filesystem-kind.ts';

/** @see btrfs(5); devices, rescue and the old space cache, which a fresh one does not have, are left out */
const BTRFS_OPTIONS =
  'acl noacl autodefrag noautodefrag barrier nobarrier clear_cache commit=NUMBER ' +
  'compress[=COMPRESSION] compress-force[=COMPRESSION] ' +
  'datacow nodatacow datasum nodatasum degraded discard[=sync|async] nodiscard enospc_debug noenospc_debug ' +
  'fatal_errors=bug|panic flushoncommit noflushoncommit max_inline=INLINE metadata_ratio=NUMBER norecovery ' +
  'rescan_uuid_tree skip_balance space_cache=v2 ssd ssd_spread nossd nossd_spread subvol=SUBVOLUME subvolid=NUMBER ' +
  'thread_pool=1..1024 treelog notreelog user_subvol_rm_allowed';

/** The top of a file system, which a new one has, too. */
const TOP = new Set(['subvolid=0', 'subvolid=5']);

function numberedProblems(options: readonly string[]): string[] {
  const numbered = optionNamed(options, 'subvolid');
  const named = optionNamed(options, 'subvol');
  if (numbered === undefined) return [];
  if (!TOP.has(numbered)) {
    return ["'subvolid=': a new file system has no subvolume with a number yet; name it: subvol=NAME"];
  }
  if (named === undefined || named === 'subvol=/') return [];
  return [`'${named}' and '${numbered}' name different subvolumes; leave out '${numbered}'`];
}

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
  mountOptions: optionTable(BTRFS_OPTIONS),
  optionProblems: (options, { data }) => [
    ...onlyWhenReadOnly(options, ['norecovery']),
    ...(data ? [] : numberedProblems(options)),
  ],
  firstMountOptions: ['subvol', 'subvolid', 'norecovery'],
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
  makeInside: makeSubvolume,
  expectInside: expectSubvolume,
  makeWhy: 'the UUID is the one that fstab names',
  check: (device) => ({ argv: ['btrfs', 'check', '--readonly', device], okExitCodes: [0] }),
  superblock: { offsetBytes: 64 * 1024, sizeBytes: 4096 },
};
