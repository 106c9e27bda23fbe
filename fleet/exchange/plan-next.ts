// When a host comes again. In: which host, the time, how busy the server is. Out: seconds. Never: I/O, chance.
// Each host has a place of its own within the interval, which follows from its id: after an outage, when all come at once, they
// are spread again by their next answer.

/** While a task waits for its answer. */
const WITH_TASKS_SECONDS = 60;
const LONGEST_SECONDS = 86_400;

export type NextInput = {
  readonly hostId: string;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  readonly intervalSeconds: number;
  /** How often the interval is doubled. */
  readonly busyness: number;
  readonly hasTasks: boolean;
};

/** Seconds until the next check-in: between a half and one and a half of the interval, and one on average. */
export function planNext({ hostId, nowMs, intervalSeconds, busyness, hasTasks }: NextInput): number {
  const interval = Math.min(intervalSeconds * 2 ** busyness, LONGEST_SECONDS / 1.5);
  if (hasTasks) return Math.min(WITH_TASKS_SECONDS * 2 ** busyness, Math.ceil(interval));
  const now = nowMs / 1000;
  const place = fractionOf(hostId) * interval;
  const half = interval / 2;
  // The first time after half an interval that is at the host's place.
  const wait = half + mod(place - now - half, interval);
  return Math.max(1, Math.round(wait));
}

/** Seconds until a host that was turned away tries again: one to five minutes, by its id. */
export const planRetry = (hostId: string): number => 60 + Math.floor(fractionOf(hostId) * 240);

const mod = (value: number, by: number): number => ((value % by) + by) % by;

/** From 0 to 1. The id is a digest already, so its first bytes are as good as any. */
const fractionOf = (hostId: string): number => Buffer.from(hostId, 'base64url').readUInt32BE(0) / 2 ** 32;
