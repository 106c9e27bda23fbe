// How busy the server is, by how late its timers are. In: nothing. Out: how often hosts' intervals are doubled.
// Never: asks how long a question of a person takes: those run in a process of their own.
import { monitorEventLoopDelay } from 'node:perf_hooks';

/** Timers are late by this much at the most, on average, when intervals are doubled once, twice, and three times. */
const STEPS_MS = [50, 200, 800] as const;
const SAMPLE_MS = 10_000;
const RESOLUTION_MS = 20;

/** @param lateMs by how much timers are late, on average */
export const busynessOf = (lateMs: number): number => STEPS_MS.filter((step) => lateMs > step).length;

/** Measured anew every ten seconds. */
export function measureBusyness(): { readonly busyness: () => number; readonly stop: () => void } {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delays.enable();
  let busyness = 0;
  const timer = setInterval(() => {
    // The histogram has the time between two timers, which is the resolution when nothing is late; NaN without one.
    const lateMs = delays.count === 0 ? SAMPLE_MS : delays.mean / 1e6 - RESOLUTION_MS;
    busyness = busynessOf(lateMs);
    delays.reset();
  }, SAMPLE_MS);
  timer.unref();
  return {
    busyness: () => busyness,
    stop() {
      clearInterval(timer);
      delays.disable();
    },
  };
}
