import { MiB } from '../../lib/bytes.ts';
import type { FilesystemKind } from './filesystem-kind.ts';

export const ext4: FilesystemKind = {
  name: 'ext4',
  minBytes: 8 * MiB,
  use: 'files',
  labelMaxBytes: 16,
  operation: 'mkfs',
  mountOptions: (
    'acl noacl barrier nobarrier commit data data_err delalloc nodelalloc errors discard nodiscard ' +
    'grpquota grpjquota jqfmt quota noquota prjquota usrquota usrjquota init_itable noinit_itable ' +
    'journal_checksum max_batch_time min_batch_time stripe auto_da_alloc noauto_da_alloc user_xattr ' +
    'nouser_xattr i_version'
  ).split(' '),
  // A root that goes on writing after an error loses more than one that stops.
  addedOptions: { root: ['errors=remount-ro'], other: [] },
  fsckPass: { root: 1, other: 2 },
  make: ({ device, uuid, label }) => [
    'mkfs.ext4',
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
};
