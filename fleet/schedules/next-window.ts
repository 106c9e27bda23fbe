// Windows of time: when hosts may be changed. In: when one opens, and for how long. Out: from when to when. Never: reads a clock.
import { nextTime } from './next-time.ts';
import type { Times } from './next-time.ts';
import { zonedText } from './wall-clock.ts';

export type WindowTimes = Times & {
  /** As it goes by: a change of clocks makes it neither longer nor shorter. */
  readonly durationSeconds: number;
};

/** Milliseconds since 1970; `toMs` is the first one after it. */
export type Opening = { readonly fromMs: number; readonly toMs: number };

/** The opening that is not over at `nowMs`: it may have begun. @returns undefined when it never opens again */
export function nextOpening(window: WindowTimes, nowMs: number): Opening | undefined {
  const durationMs = window.durationSeconds * 1000;
  const fromMs = nextTime(window, nowMs - durationMs);
  return fromMs === undefined ? undefined : { fromMs, toMs: fromMs + durationMs };
}

/** @param count at most so many */
export function nextOpenings(window: WindowTimes, nowMs: number, count: number): Opening[] {
  const found: Opening[] = [];
  while (found.length < count) {
    const last = found.at(-1);
    const next = nextOpening(window, last?.toMs ?? nowMs);
    if (next === undefined) break;
    found.push(next);
  }
  return found;
}

/** What a job that has a window stores of it. */
export type StoredOpening = {
  readonly windowFrom: number | null;
  /** Hosts have their orders before it opens, and download meanwhile. */
  readonly ordersFrom: number | null;
  readonly windowTo: number | null;
  /** Null for a job without a window. */
  readonly windowZone: string | null;
};

export const NO_WINDOW: StoredOpening = { windowFrom: null, ordersFrom: null, windowTo: null, windowZone: null };

/** @returns what is waited for before a host may have its order, in words; undefined when it may */
export function waitsForOrders(stored: StoredOpening, nowMs: number): string | undefined {
  const { ordersFrom } = stored;
  const waits = waitsForWindow(stored, nowMs);
  return ordersFrom !== null && nowMs >= ordersFrom && nowMs < (stored.windowTo ?? 0) ? undefined : waits;
}

/** @returns what is waited for before a host may be changed, in words; undefined when it may */
export function waitsForWindow({ windowFrom, windowTo, windowZone }: StoredOpening, nowMs: number): string | undefined {
  if (windowZone === null) return undefined;
  if (windowFrom === null || windowTo === null) return 'its window, which never opens again';
  if (nowMs >= windowTo) return 'its window';
  return nowMs >= windowFrom ? undefined : `its window, which opens ${zonedText(windowFrom, windowZone)}`;
}
