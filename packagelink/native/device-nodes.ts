// FIFOs and device nodes. In: what they are, as text. Out: made, or read from an lstat. Never: opens one.
import type { BigIntStats, Stats } from 'node:fs';
import { checked, mknod } from './libc.ts';

const KINDS = { fifo: 0o010000, char: 0o020000, block: 0o060000 } as const;

/** Makes a special file, with the mode as far as the umask lets it. `what` is `fifo`, `char 1:3` or `block 8:0`. @throws LibcError */
export function makeSpecial(path: string, what: string, mode: number): void {
  const match = /^(?:(fifo)|(char|block) (\d+):(\d+))$/.exec(what);
  const kind = match?.[1] ?? match?.[2];
  if (kind === undefined) throw new Error(`'${what}' is not a special file`);
  const device = match?.[2] === undefined ? 0n : makeDevice(BigInt(match[3] ?? 0), BigInt(match[4] ?? 0));
  checked(mknod(path, KINDS[kind as keyof typeof KINDS] | mode, device), `making a special file (${what})`, path);
}

/** `fifo`, `char 1:3`, `block 8:0`; undefined for anything else, sockets too. */
export function specialOf(stat: Stats | BigIntStats): string | undefined {
  if (stat.isFIFO()) return 'fifo';
  if (!stat.isCharacterDevice() && !stat.isBlockDevice()) return undefined;
  const device = BigInt(stat.rdev);
  const major = ((device >> 8n) & 0xfffn) | ((device >> 32n) & ~0xfffn);
  const minor = (device & 0xffn) | ((device >> 12n) & ~0xffn & 0xffff_ffffn);
  return `${stat.isBlockDevice() ? 'block' : 'char'} ${major}:${minor}`;
}

/** @see makedev(3): twelve bits of each where they always were, the rest above them */
function makeDevice(major: bigint, minor: bigint): bigint {
  return ((major & 0xfffn) << 8n) | ((major & ~0xfffn) << 32n) | (minor & 0xffn) | ((minor & ~0xffn) << 12n);
}
