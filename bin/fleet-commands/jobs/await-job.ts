// Waits for a job. In: its number, what is waited for. Out: the job, as it then is. Never: changes it; whoever stops waiting leaves
// it as it is, and is told how to look at it.
import { setTimeout as delay } from 'node:timers/promises';
import { showJob } from '../../../contract/fleet/api/jobs.ts';
import type { FleetClient } from '../../../fleet/api/api-client.ts';
import { UserError } from '../../../lib/errors.ts';
import { harmlessLine } from '../../../lib/harmless-text.ts';
import { createProgressLine } from '../../progress-line.ts';
import type { Job } from '../output/job-text.ts';

export type Awaited = {
  readonly client: FleetClient;
  readonly id: number;
  readonly isOver: (job: Job) => boolean;
  /** What is going on, in one line. */
  readonly describe: (job: Job) => string | Promise<string>;
  /** For ever, if it is not given. */
  readonly timeoutSeconds?: number;
  /** The next command to type for whoever stops waiting. */
  readonly next: string;
};

/** Soon at first, as much is planned and done at once; then now and then. */
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 2000;

/** @throws UserError when the time is over */
export async function awaitJob({ client, id, isOver, describe, timeoutSeconds, next }: Awaited): Promise<Job> {
  const progress = createProgressLine();
  const until = Date.now() + (timeoutSeconds ?? Infinity) * 1000;
  const released = leaveOnInterrupt(() => {
    progress.clear();
    return `job ${id} goes on without being watched; ${next}`;
  });
  let told = '';
  let pauseMs = FIRST_PAUSE_MS;
  try {
    for (;;) {
      const job = await client.ask(showJob, { job: id });
      if (isOver(job)) return job;
      const text = harmlessLine(await describe(job));
      if (Date.now() > until) {
        throw new UserError(`job ${id} is still ${job.state} after ${timeoutSeconds} s, and stays so: ${text}`, {
          hint: next,
        });
      }
      // Where no line can change, each state has one.
      if (!process.stderr.isTTY && told !== stageOf(job)) process.stderr.write(`${text}\n`);
      told = stageOf(job);
      progress.show(text);
      await delay(pauseMs);
      pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
    }
  } finally {
    progress.clear();
    released();
  }
}

const stageOf = ({ state, rings }: Job): string =>
  `${state} ${rings.filter(({ openedAt }) => openedAt !== null).length}`;

/** Ctrl-C ends the program as ever, but says first what becomes of the job. */
function leaveOnInterrupt(say: () => string): () => void {
  const leave = (): void => {
    process.stderr.write(`${say()}\n`);
    process.kill(process.pid, 'SIGINT');
  };
  process.once('SIGINT', leave);
  return () => process.off('SIGINT', leave);
}
