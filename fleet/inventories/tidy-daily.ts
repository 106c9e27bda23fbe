// What no host has any more is taken away once a day. In: a store. Out: nothing; the log says how much. Never: ends the server
// when it fails: the next day tries again.
import type { Log } from '../../lib/log.ts';
import type { Store } from '../store/open-store.ts';
import { tidyInventories } from './tidy-inventories.ts';

const DAY_MS = 86_400_000;
/** Lists stay for so long after their last host. */
const KEPT_DAYS = 14;

/** Several servers of one store may do it at once. @returns ends it, and waits for what is being done */
export function tidyDaily(store: Store, log: Log): { readonly stop: () => Promise<void> } {
  let running: Promise<void> = Promise.resolve();
  const tidy = async (): Promise<void> => {
    try {
      log.info(
        await tidyInventories({ store, now: Date.now(), keepMs: KEPT_DAYS * DAY_MS }),
        'old lists were taken away',
      );
    } catch (error) {
      log.warn({ err: error }, 'old lists could not be taken away; the next try is in a day');
    }
  };
  const timer = setInterval(() => {
    running = running.then(tidy);
  }, DAY_MS);
  timer.unref();
  return {
    stop: () => {
      clearInterval(timer);
      return running;
    },
  };
}
