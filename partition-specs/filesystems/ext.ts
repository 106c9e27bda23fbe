// ext2, ext3 and ext4: one program makes and checks them.
import { MiB } from '../../lib/bytes.ts';
import type { FilesystemKind } from './filesystem-kind.ts';

const EXT2_OPTIONS =
  'acl noacl errors grpquota noquota quota usrquota user_xattr nouser_xattr minixdf bsddf grpid nogrpid bsdgroups ' +
  'sysvgroups resuid resgid sb debug nouid32 orlov oldalloc';
const JOURNAL_OPTIONS =
  'barrier nobarrier commit data data_err journal_checksum journal_async_commit journal_dev journal_path noload ' +
  'norecovery grpjquota jqfmt prjquota usrjquota';
const EXT4_OPTIONS =
  'delalloc nodelalloc discard nodiscard init_itable noinit_itable max_batch_time min_batch_time stripe ' +
  'auto_da_alloc noauto_da_alloc i_version inode_readahead_blks journal_ioprio abort block_validity ' +
  'noblock_validity dioread_lock dioread_nolock max_dir_size_kb dax nombcache prjquota test_dummy_encryption';

export const ext2: FilesystemKind = {
  ...extKind('ext2', EXT2_OPTIONS),
  makeWhy: 'inode tables are left to the kernel',
};
export const ext3: FilesystemKind = extKind('ext3', `${EXT2_OPTIONS} ${JOURNAL_OPTIONS}`);
export const ext4: FilesystemKind = extKind('ext4', `${EXT2_OPTIONS} ${JOURNAL_OPTIONS} ${EXT4_OPTIONS}`);

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
    mountOptions: mountOptions.split(' '),
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
