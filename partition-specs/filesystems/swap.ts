import { MiB } from '../../lib/bytes.ts';
import { gptTypes } from '../tables/gpt.ts';
import type { FilesystemKind } from './filesystem-kind.ts';

export const swap: FilesystemKind = {
  name: 'swap',
  minBytes: MiB,
  use: 'swap',
  gptType: gptTypes.linuxSwap,
  labelMaxBytes: 16,
  operation: 'mkswap',
  mountOptions: ['discard', 'pri', 'sw'],
  addedOptions: { root: ['sw'], other: ['sw'] },
  fsckPass: { root: 0, other: 0 },
  make: ({ device, uuid, label }) => ['mkswap', '-U', uuid, ...(label === undefined ? [] : ['-L', label]), device],
  makeWhy: 'the UUID is the one that fstab names',
};
