// What nobody needs any more is taken away once a day. In: a function that takes it away. Out: nothing; the log says how much. Never: ends
// the server when it fails: the next day tries again.
import type { Log } from '../../lib/log.ts';

const DAY_MS = 86_400_000;

export type Tidying = {
  /** In the plural: `old lists`. */
  readonly what: string;
  /** @returns how much, as the log says it */
  readonly tidy: () => Promise<object>;
};

/** Several servers of one store may do it at once. @returns ends it, and waits for what is being done */
export function tidyDaily(log: Log, { what, tidy }: Tidying): { readonly stop: () => Promise<void> } {
  let running: Promise<void> = Promise.resolve();
  const turn = async (): Promise<void> => {
    try {
      log.info(await tidy(), `${what} were taken away`);
    } catch (error) {
      log.warn({ err: error }, `${what} could not be taken away; the next try is in a day`);
    }
  };
  const timer = setInterval(() => {
    running = running.then(turn);
  }, DAY_MS);
  timer.unref();
  return {
    stop: () => {
      clearInterval(timer);
      return running;
    },
  };
}
