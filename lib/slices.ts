import { setImmediate } from 'node:timers/promises';

/** A long computation that stops now and then, and can be left waiting there. */
export type Steps<T> = Generator<void, T>;

/** Runs all of it, as any other function. */
export function runAtOnce<T>(steps: Steps<T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
}

/**
 * Runs it in slices of about `sliceMs`, and lets a server answer in between.
 * @throws what the computation throws
 */
export async function runInSlices<T>(steps: Steps<T>, sliceMs: number): Promise<T> {
  for (;;) {
    const until = performance.now() + sliceMs;
    do {
      const { done, value } = steps.next();
      if (done === true) return value;
    } while (performance.now() < until);
    await setImmediate();
  }
}
