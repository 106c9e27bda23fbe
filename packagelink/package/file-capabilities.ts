// File capabilities as people write them. In: `cap_net_raw=ep`. Out: the attribute that the kernel reads. Never: I/O.
import { z } from 'zod';

// In the kernel's order (linux/capability.h); the index is the bit.
const SHORT_NAMES =
  'chown dac_override dac_read_search fowner fsetid kill setgid setuid setpcap linux_immutable ' +
  'net_bind_service net_broadcast net_admin net_raw ipc_lock ipc_owner sys_module sys_rawio sys_chroot ' +
  'sys_ptrace sys_pacct sys_admin sys_boot sys_nice sys_resource sys_time sys_tty_config mknod lease ' +
  'audit_write audit_control setfcap mac_override mac_admin syslog wake_alarm block_suspend audit_read ' +
  'perfmon bpf checkpoint_restore';
const NAMES = SHORT_NAMES.split(' ').map((name) => `cap_${name}`);

const REVISION_2 = 0x0200_0000;
const EFFECTIVE = 1;

/** The value of `security.capability` in base64, or what is wrong. One or more of `NAME,NAME=FLAGS`, as for setcap(8). */
export function parseCapabilities(text: string): { readonly value: string } | { readonly fault: string } {
  const sets = { e: 0n, i: 0n, p: 0n };
  for (const clause of text.trim().split(/\s+/)) {
    const match = /^([a-z_,]+)[=+]([eip]+)$/.exec(clause);
    if (match === null) return { fault: `'${clause}' is not of the form cap_net_raw=ep` };
    for (const name of (match[1] ?? '').split(',')) {
      const bit = NAMES.indexOf(name);
      if (bit === -1) return { fault: `'${name}' is not a capability` };
      for (const flag of (match[2] ?? '') as Iterable<'e' | 'i' | 'p'>) sets[flag] |= 1n << BigInt(bit);
    }
  }
  // The attribute has one bit for all of them.
  if (sets.e !== 0n && sets.e !== (sets.p | sets.i)) {
    return { fault: 'e must be given for all of the capabilities of a file, or for none' };
  }
  return { value: encode(sets.p, sets.i, sets.e !== 0n).toString('base64') };
}

/**
 * A value of `security.capability` as `parseCapabilities` reads it; undefined for one that it cannot say: of another
 * revision (those for a user namespace), with bits that have no name, or empty.
 */
export function formatCapabilities(value: string): string | undefined {
  const bytes = Buffer.from(value, 'base64');
  if (bytes.length !== 20) return undefined;
  const set = (low: number, high: number) =>
    BigInt(bytes.readUInt32LE(low)) | (BigInt(bytes.readUInt32LE(high)) << 32n);
  const [permitted, inheritable] = [set(4, 12), set(8, 16)];
  const effective = (bytes.readUInt32LE(0) & EFFECTIVE) === 0 ? '' : 'e';
  const clauses = ['p', 'i', 'ip'].flatMap((flags) => {
    const has = (bits: bigint, flag: string, index: number) =>
      ((bits >> BigInt(index)) & 1n) === (flags.includes(flag) ? 1n : 0n);
    const names = NAMES.filter((_name, index) => has(permitted, 'p', index) && has(inheritable, 'i', index));
    return names.length === 0 ? [] : [`${names.join(',')}=${effective}${flags}`];
  });
  const text = clauses.join(' ');
  const parsed = parseCapabilities(text);
  return 'value' in parsed && parsed.value === value ? text : undefined;
}

export const capabilitiesSchema = z.string().transform((text, context) => {
  const parsed = parseCapabilities(text);
  if ('value' in parsed) return parsed.value;
  context.addIssue({ code: 'custom', message: parsed.fault });
  return z.NEVER;
});

/** @see linux/capability.h, struct vfs_cap_data */
function encode(permitted: bigint, inheritable: bigint, effective: boolean): Buffer {
  const low = (set: bigint) => Number(set & 0xffff_ffffn);
  const high = (set: bigint) => Number(set >> 32n);
  const words = [low(permitted), low(inheritable), high(permitted), high(inheritable)];
  const bytes = Buffer.alloc(20);
  bytes.writeUInt32LE((REVISION_2 | (effective ? EFFECTIVE : 0)) >>> 0, 0);
  for (const [index, word] of words.entries()) bytes.writeUInt32LE(word, 4 + index * 4);
  return bytes;
}
