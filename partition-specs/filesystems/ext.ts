// ext2, ext3 and ext4: one program makes and checks them.
import { GiB, MiB } from '../../lib/bytes.ts';
import { onlyWhenReadOnly, optionNamed } from '../mount-options.ts';
import { optionTable } from '../option-table.ts';
import type { FilesystemKind } from './filesystem-kind.ts';

/** @see ext4(5); options for debugging, for journals elsewhere, and what newer kernels refuse are left out */
const EXT2_OPTIONS =
  'acl user_xattr errors=continue|remount-ro|panic grpquota noquota quota usrquota minixdf bsddf grpid nogrpid ' +
  'bsdgroups sysvgroups resuid=NUMBER resgid=NUMBER debug nouid32 orlov oldalloc barrier[=0|1] nobarrier discard ' +
  'nodiscard nombcache max_dir_size_kb=NUMBER stripe=NUMBER inode_readahead_blks=POWER block_validity ' +
  'noblock_validity init_itable[=NUMBER] noinit_itable i_version ' +
  // Ignored, with a line in the kernel's log; fstabs of long ago have them.
  'bh nobh reservation noreservation';
const JOURNAL_OPTIONS =
  'commit=0..2147483 data=journal|ordered|writeback data_err=abort|ignore noload norecovery grpjquota=FILE ' +
  'usrjquota=FILE jqfmt=vfsold|vfsv0|vfsv1 auto_da_alloc[=0|1] noauto_da_alloc max_batch_time=NUMBER ' +
  'min_batch_time=NUMBER journal_ioprio=0..7';
const EXT4_OPTIONS =
  'delalloc nodelalloc dioread_lock dioread_nolock journal_checksum nojournal_checksum journal_async_commit ' +
  'dax=inode|never mblk_io_submit nomblk_io_submit ' +
  'prefetch_block_bitmaps no_prefetch_block_bitmaps mb_optimize_scan=0|1';

/** A remount refuses them, or does not heed them. */
const FIRST_MOUNT_OPTIONS =
  'data data_err nombcache nodelalloc delalloc dax journal_checksum nojournal_checksum journal_async_commit'.split(' ');

/** Of ext2 and ext3: block numbers have 32 bits. */
const limitBytes = 16_384 * GiB;

export const ext2: FilesystemKind = {
  ...extKind('ext2', EXT2_OPTIONS),
  limitBytes,
  makeWhy: 'inode tables are left to the kernel',
};
export const ext3: FilesystemKind = {
  ...extKind('ext3', `${EXT2_OPTIONS} ${JOURNAL_OPTIONS}`),
  limitBytes,
  optionProblems: (options, { mountPoint }) => [
    ...extOptionProblems(options),
    // Linux 6.18: what it has set by itself with this option, it takes for an option of ext4 when the root is remounted.
    ...(mountPoint === '/' && options.includes('data=journal')
      ? ["'data=journal' on /: the kernel cannot remount an ext3 with it for writing; make it ext4"]
      : []),
  ],
};
export const ext4: FilesystemKind = extKind('ext4', `${EXT2_OPTIONS} ${JOURNAL_OPTIONS} ${EXT4_OPTIONS}`);

function extOptionProblems(options: readonly string[]): string[] {
  const data = options.findLast((option) => option.startsWith('data=')) ?? 'data=ordered';
  const journal = optionNamed(options, 'data', 'commit', 'journal_checksum', 'journal_async_commit');
  const unread = optionNamed(options, 'noload', 'norecovery');
  const quota = optionNamed(options, 'usrjquota', 'grpjquota');
  const direct = options.find((option) => option === 'delalloc' || option === 'dioread_nolock');
  return [
    ...onlyWhenReadOnly(options, ['noload', 'norecovery']),
    ...(unread !== undefined && journal !== undefined
      ? [`'${journal}' is about the journal, which '${unread}' leaves alone`]
      : []),
    ...(data === 'data=journal' && direct !== undefined ? [`'${direct}' and 'data=journal' exclude each other`] : []),
    ...(options.includes('journal_async_commit') && data === 'data=ordered'
      ? ["'journal_async_commit' needs data=writeback or data=journal"]
      : []),
    ...(quota !== undefined && optionNamed(options, 'jqfmt') === undefined ? [`'${quota}' needs jqfmt=`] : []),
  ];
}

function extKind(name: 'ext2' | 'ext3' | 'ext4', mountOptions: string): FilesystemKind {
  return {
    name,
    blkidType: name,
    minBytes: 8 * MiB,
    use: 'files',
    rootable: true,
    labelMaxBytes: 16,
    labelByMountPoint: true,
    operation: 'mkfs',
    mountOptions: optionTable(mountOptions),
    optionProblems: extOptionProblems,
    firstMountOptions: FIRST_MOUNT_OPTIONS,
    // A root that goes on writing after an error loses more than one that stops.
    addedOptions: { root: ['errors=remount-ro'], other: [] },
    fsckPass: { root: 1, other: 2 },
    uuidFrom: (derived) => derived,
    make: ({ device, uuid, label }) => [
      `mkfs.${name}`,
      '-F',
      '-U',
      uuid,
      ...(label === undefined ? [] : ['-L', label]),
      '-E',
      'lazy_itable_init=1,lazy_journal_init=0',
      device,
    ],
    // Inode tables, 1.6 % of the disk, are zeroed by the kernel after the first mount: 16 GB less to write on 1 TB, and
    // a crash in between is harmless. The journal is not left to that: the machine keeps its UUIDs, so the journal of an
    // earlier installation has the same checksum seed and sequence numbers, and could be replayed after a crash.
    makeWhy: 'inode tables are left to the kernel, the journal is zeroed now',
    check: (device) => ({ argv: ['e2fsck', '-f', '-n', device], okExitCodes: [0] }),
    superblock: { offsetBytes: 1024, sizeBytes: 1024 },
  };
}
