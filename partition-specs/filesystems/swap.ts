import { GiB, MiB } from '../../lib/bytes.ts';
import { dosTypes } from '../tables/dos.ts';
import { gptTypes } from '../tables/gpt.ts';
import { optionTable } from '../option-table.ts';
import type { FilesystemKind } from './filesystem-kind.ts';

export const swap: FilesystemKind = {
  name: 'swap',
  blkidType: 'swap',
  minBytes: MiB,
  // mkswap leaves the rest unused.
  limitBytes: 16_384 * GiB,
  use: 'swap',
  rootable: false,
  gptType: gptTypes.linuxSwap,
  dosType: dosTypes.linuxSwap,
  // The 16 bytes end in a zero.
  labelMaxBytes: 15,
  labelByMountPoint: false,
  operation: 'mkswap',
  mountOptions: optionTable('discard[=once|pages] pri=-1..32767 sw'),
  addedOptions: { root: ['sw'], other: ['sw'] },
  fsckPass: { root: 0, other: 0 },
  uuidFrom: (derived) => derived,
  make: ({ device, uuid, label }) => ['mkswap', '-U', uuid, ...(label === undefined ? [] : ['-L', label]), device],
  makeWhy: 'the UUID is the one that fstab names',
  superblock: { offsetBytes: 0, sizeBytes: 4096 },
};
