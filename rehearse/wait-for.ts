import { setTimeout as delay } from 'node:timers/promises';
import { UserError } from '../lib/errors.ts';

/**
 * Waits until `look` answers something.
 * @throws UserError after `timeoutMs`, saying what was waited for; whatever aborts `signal`
 */
export async function waitFor<T>(input: {
  readonly what: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly look: () => T | undefined | Promise<T | undefined>;
  /** Where to read why it did not come. */
  readonly log?: string;
}): Promise<T> {
  const deadline = performance.now() + input.timeoutMs;
  for (;;) {
    input.signal.throwIfAborted();
    const found = await input.look();
    if (found !== undefined) return found;
    if (performance.now() > deadline) {
      const hint = input.log === undefined ? {} : { hint: `read ${input.log}` };
      throw new UserError(`${input.what} did not come within ${Math.round(input.timeoutMs / 1000)} s`, hint);
    }
    await delay(100);
  }
}
