// What becomes of orders on a simulated host. In: the host's number, shares. Out: the same at every call, so that the hosts which break are
// known beforehand. Never: chance.
import { createHash } from 'node:crypto';

/** Shares of hosts, from 0 to 1. */
export type Fates = {
  /** Its order fails there. */
  readonly failing: number;
  /** It takes its order, and never says a word of it. */
  readonly silent: number;
  /** Seconds that an order takes on average: between half as long and half as long again. */
  readonly takesSeconds: number;
};

export type Fate = 'done' | 'failed' | 'silent';

/** A host that is silent does not fail. */
export function decideFate(host: number, { failing, silent }: Fates): Fate {
  const place = shareOf(host, 'fate');
  if (place < silent) return 'silent';
  return place < silent + failing ? 'failed' : 'done';
}

export const takesMs = (host: number, { takesSeconds }: Fates): number =>
  1000 * takesSeconds * (0.5 + shareOf(host, 'time'));

/** From 0 to below 1, evenly. */
const shareOf = (host: number, what: string): number =>
  createHash('sha256').update(`${what} ${host}`).digest().readUInt32BE(0) / 2 ** 32;
