// Whether a datagram makes this host check in. In: what was woken before, the datagram's contents, a clock that never steps. Out: a
// decision. Never: I/O; trusts this host's wall clock.
import type { WakeUp } from '../../contract/fleet/wake-up.ts';

export type Woken = {
  /** `at` of the last wake-up that was followed. */
  readonly lastAt: number;
  /** Milliseconds of a steady clock; undefined before the first. */
  readonly lastRun: number | undefined;
};

/** However many wake-ups come, this host asks its server at most so often. */
const AT_MOST_EVERY_MS = 30_000;

export function decideWakeUp(woken: Woken, wakeUp: WakeUp, self: { readonly id: string; readonly steadyMs: number }) {
  if (wakeUp.hostId !== self.id) return { kind: 'ignore', why: 'it is for another host' } as const;
  if (wakeUp.at <= woken.lastAt) return { kind: 'ignore', why: 'it came before' } as const;
  if (woken.lastRun !== undefined && self.steadyMs - woken.lastRun < AT_MOST_EVERY_MS) {
    return { kind: 'ignore', why: 'this host has just checked in' } as const;
  }
  return { kind: 'wake', woken: { lastAt: wakeUp.at, lastRun: self.steadyMs } } as const;
}
