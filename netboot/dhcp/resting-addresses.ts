// Addresses of records that are not offered for a while, as their machine has found them in use by somebody else. In:
// addresses. Out: whether one rests. In memory only: after a restart its machine may find out again.

/** As long as declined addresses of the range rest. */
const REST_MS = 600_000;

export type RestingAddresses = ReturnType<typeof createRestingAddresses>;

export function createRestingAddresses(now: () => number = Date.now) {
  const untilMs = new Map<string, number>();

  return {
    rest(address: string): void {
      for (const [other, endMs] of untilMs) if (endMs <= now()) untilMs.delete(other);
      untilMs.set(address, now() + REST_MS);
    },
    isResting: (address: string): boolean => (untilMs.get(address) ?? 0) > now(),
  };
}
