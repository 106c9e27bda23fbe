// Strangers who try enrolment tokens. In: addresses. Out: whether one may try again. Never: grows with the number of addresses.

const MAX_ADDRESSES = 1000;
const MAX_WRONG = 10;
const WINDOW_MS = 600_000;

export type WrongTokens = {
  readonly mayTry: (address: string) => boolean;
  readonly count: (address: string) => void;
};

/** Ten wrong tokens in ten minutes for each address; a network of IPv6 (/64) is one. */
export function createWrongTokens(now: () => number): WrongTokens {
  const seen = new Map<string, { wrong: number; sinceMs: number }>();
  const current = (address: string) => {
    const entry = seen.get(networkOf(address));
    return entry === undefined || now() - entry.sinceMs > WINDOW_MS ? undefined : entry;
  };
  return {
    mayTry: (address) => (current(address)?.wrong ?? 0) < MAX_WRONG,
    count(address) {
      const entry = current(address) ?? { wrong: 0, sinceMs: now() };
      entry.wrong += 1;
      seen.delete(networkOf(address));
      seen.set(networkOf(address), entry);
      const oldest = seen.keys().next().value;
      if (seen.size > MAX_ADDRESSES && oldest !== undefined) seen.delete(oldest);
    },
  };
}

const networkOf = (address: string): string =>
  address.includes(':') && !address.startsWith('::ffff:') ? address.split(':').slice(0, 4).join(':') : address;
