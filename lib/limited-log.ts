// What strangers make a server say, in bounded logs. In: messages with keys. Out: each key once in a while, and all keys
// together at a bounded rate; what was left out is counted. Never: grows with what a network invents.
import { cutText } from './cut-text.ts';
import type { Log } from './log.ts';

/** Keys remembered; a network can invent any number of them. */
const MAX_KEYS = 1000;
/** The same key is logged again after this time, with the number of times that it was not. */
const SAME_KEY_MS = 3600_000;
/** Lines of all keys together: so many at once, then one each so often. */
const BURST = 50;
const REFILL_MS = 1000;
const MAX_FIELD_BYTES = 200;

export type LogOnce = (key: string, message: string, fields?: Readonly<Record<string, unknown>>) => void;
export type LimitedLog = {
  readonly once: LogOnce;
  /** Messages since the start that were not logged. */
  readonly leftOut: () => number;
};

type Seen = { readonly atMs: number; repeated: number };

/** Logs as warnings; texts among the fields are cut to 200 bytes and lose their control characters. */
export function createLimitedLog(log: Log, now: () => number = Date.now, sameKeyMs = SAME_KEY_MS): LimitedLog {
  const seen = new Map<string, Seen>();
  let leftOut = 0;
  let unsaid = 0;
  let tokens = BURST;
  let refilledAtMs = now();

  function takeToken(): boolean {
    const refill = Math.floor((now() - refilledAtMs) / REFILL_MS);
    if (refill > 0) {
      tokens = Math.min(BURST, tokens + refill);
      refilledAtMs += refill * REFILL_MS;
    }
    if (tokens === 0) return false;
    tokens -= 1;
    return true;
  }

  function once(key: string, message: string, fields: Readonly<Record<string, unknown>> = {}): void {
    const short = cutText(key, MAX_FIELD_BYTES);
    const before = seen.get(short);
    const isRepetition = before !== undefined && now() - before.atMs < sameKeyMs;
    if (isRepetition || !takeToken()) {
      leftOut += 1;
      if (isRepetition) before.repeated += 1;
      else unsaid += 1;
      return;
    }
    remember(short);
    const more = {
      ...(before === undefined ? {} : { repeated: before.repeated }),
      ...(unsaid === 0 ? {} : { unsaid }),
    };
    unsaid = 0;
    log.warn({ ...cutFields(fields), ...more }, message);
  }

  /** The oldest key goes, not all of them: a flood of new ones must not bring all the old lines back. */
  function remember(key: string): void {
    seen.delete(key);
    seen.set(key, { atMs: now(), repeated: 0 });
    const oldest = seen.keys().next().value;
    if (seen.size > MAX_KEYS && oldest !== undefined) seen.delete(oldest);
  }

  return { once, leftOut: () => leftOut };
}

function cutFields(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, typeof value === 'string' ? cutField(name, value) : value]),
  );
}

/** A stack of ours is of several lines, which JSON keeps apart. */
const cutField = (name: string, value: string): string =>
  name === 'error' ? value.slice(0, 4000) : cutText(value, MAX_FIELD_BYTES);
