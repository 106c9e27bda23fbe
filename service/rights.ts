// What the server may do beyond its own files. In: text of /proc/PID/status. Out: names of capabilities. Never: I/O.

/**
 * The capabilities that the server keeps: ports below 1024 (67 and 69), and SO_BINDTODEVICE, which kernels before 5.7
 * allow only with CAP_NET_RAW.
 * @see capabilities(7)
 */
export const KEPT_CAPABILITIES = ['net_bind_service', 'net_raw'] as const;

/** Their numbers in linux/capability.h. */
const KEPT_BITS = (1n << 10n) | (1n << 13n);

/** Rights of a process, as /proc/PID/status has them. */
export type Rights = { readonly uid: number; readonly effective: bigint; readonly bounding: bigint };

/** Parses `Uid:`, `CapEff:` and `CapBnd:`. @see proc(5) @throws Error when a line is missing */
export function parseRights(status: string): Rights {
  const field = (name: string): string => {
    const value = new RegExp(`^${name}:\\s+(\\S+)`, 'm').exec(status)?.[1];
    if (value === undefined) throw new Error(`/proc/PID/status has no ${name}`);
    return value;
  };
  return {
    uid: Number(field('Uid')),
    effective: BigInt(`0x${field('CapEff')}`),
    bounding: BigInt(`0x${field('CapBnd')}`),
  };
}

/** Whether a process has, and can get, nothing but the kept capabilities. */
export function isConfined({ effective, bounding }: Rights): boolean {
  return ((effective | bounding) & ~KEPT_BITS) === 0n;
}
