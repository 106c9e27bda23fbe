// Jobs go on although no host comes. In: a fleet. Out: nothing; the log says what failed. Never: ends the server when it fails: the
// next turn tries again.
import type { Fleet } from '../fleet.ts';
import { makeScheduledJobs } from '../schedules/make-scheduled-jobs.ts';
import { advanceJobs } from './advance-jobs.ts';

const EVERY_MS = 10_000;
/** Of so many turns, one also looks which lists hosts have now. */
const TIDY_TURNS = 60;

async function advanceAll(fleet: Fleet, isTidy: boolean): Promise<void> {
  try {
    await advanceJobs(fleet, isTidy);
  } finally {
    await makeScheduledJobs(fleet);
  }
}

/** One turn after the other. @returns ends it, and waits for what is being done */
export function advanceRegularly(fleet: Fleet): { readonly stop: () => Promise<void> } {
  let running: Promise<void> | undefined;
  let turn = 0;
  const advance = (): void => {
    running ??= advanceAll(fleet, (turn += 1) % TIDY_TURNS === 0)
      .catch((error: unknown) =>
        fleet.log.warn({ err: error }, 'jobs could not go on; the next try is in some seconds'),
      )
      .finally(() => {
        running = undefined;
      });
  };
  const timer = setInterval(advance, EVERY_MS);
  timer.unref();
  return {
    stop: async () => {
      clearInterval(timer);
      await running;
    },
  };
}
