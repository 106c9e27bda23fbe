// Hosts come when they are due, so many at once. In: a queue, what a visit is. Out: when nobody is left, or the time is over. Never:
// slower because the server is: a host that finds no place waits, and its time runs from when it was due.
import type { DueQueue } from './due-queue.ts';

export type VisitRun = {
  readonly queue: DueQueue;
  /** Never fails. @returns when the host is due again, in milliseconds; undefined when it is not again */
  readonly visit: (host: number, dueMs: number) => Promise<number | undefined>;
  readonly atOnce: number;
  readonly now: () => number;
  /** Hosts that are due later than this do not come. */
  readonly endMs: number;
  readonly signal: AbortSignal;
};

/** Timers do not go further, and a clock that was set is noticed. */
const LONGEST_SLEEP_MS = 1000;

/** @returns how many hosts were due and had no turn */
export async function runVisits({ queue, visit, atOnce, now, endMs, signal }: VisitRun): Promise<number> {
  const underWay = new Set<Promise<void>>();
  let wake = (): void => {};
  const failed = Promise.withResolvers<never>();
  // Nobody may be waiting for it at the moment.
  failed.promise.catch(() => {});

  async function visitOnce({ host, due }: { readonly host: number; readonly due: number }): Promise<void> {
    const next = await visit(host, due);
    if (next !== undefined) queue.add(host, next);
  }

  function start(first: { readonly host: number; readonly due: number }): void {
    const visiting = visitOnce(first)
      .catch(failed.reject)
      .finally(() => {
        underWay.delete(visiting);
        wake();
      });
    underWay.add(visiting);
  }

  async function sleepUntil(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, Math.min(LONGEST_SLEEP_MS, Math.max(0, ms - now())));
    wake = resolve;
    await Promise.race([promise, failed.promise]).finally(() => clearTimeout(timer));
  }

  const isOver = (): boolean => now() >= endMs || signal.aborted;
  while (!isOver() && (underWay.size > 0 || queue.size() > 0)) {
    while (underWay.size < atOnce && queue.firstDue() <= Math.min(now(), endMs)) start(queue.take());
    await sleepUntil(Math.min(endMs, underWay.size < atOnce ? queue.firstDue() : Infinity));
  }
  const waiting = countDue(queue, Math.min(now(), endMs));
  await Promise.race([Promise.all(underWay), failed.promise]);
  return waiting;
}

/** They stay in the queue. */
function countDue(queue: DueQueue, untilMs: number): number {
  const due: { readonly host: number; readonly due: number }[] = [];
  while (queue.firstDue() <= untilMs) due.push(queue.take());
  for (const one of due) queue.add(one.host, one.due);
  return due.length;
}
