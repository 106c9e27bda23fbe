// How a relay is, in words. In: when it was last heard of. Out: findings. Never: I/O.

/** It asks every five seconds, which is noted twice a minute; after a failure it waits for up to a minute. */
const SILENT_MS = 300_000;

export const isRelaySilent = (lastSeenAt: number | null, nowMs: number): boolean =>
  lastSeenAt === null || nowMs - lastSeenAt > SILENT_MS;

type RelayFinding = { readonly kind: 'unreported' | 'silent'; readonly text: string };

/** @param timeText how a time is written */
export function judgeRelay(lastSeenAt: number | null, nowMs: number, timeText: (ms: number) => string): RelayFinding[] {
  if (lastSeenAt === null) return [{ kind: 'unreported', text: 'has not been heard of yet' }];
  return isRelaySilent(lastSeenAt, nowMs) ? [{ kind: 'silent', text: `silent since ${timeText(lastSeenAt)}` }] : [];
}
