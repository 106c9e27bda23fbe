// A check-in from its beginning to the time of the next one. In: a context. Out: how it ended, in words. Whatever happens, a time is
// set first: a program that is killed each time is not started every minute.
import { describeWithHint } from '../../lib/errors.ts';
import { readUptime, writeDue } from '../state/due-file.ts';
import { readLastTry, writeLastTry } from '../state/last-try.ts';
import { readLedger, writeLedger } from '../state/ledger.ts';
import type { StatePaths } from '../state/state-paths.ts';
import { ServerAwayError } from '../../contract/fleet/connection/server-away.ts';
import type { HostContext } from './host-context.ts';
import { planWait } from './plan-wait.ts';
import { runCheckIn } from './run-check-in.ts';
import type { CheckInEnding } from './run-check-in.ts';

export type Tried = {
  /** `done`, `waiting`, or one word for what went wrong. */
  readonly outcome: string;
  readonly message: string;
  readonly nextSeconds: number;
  /** Nothing is wrong on this host: the server is away, or busy. */
  readonly isAway: boolean;
  readonly sent: readonly string[];
  readonly tasks: number;
};

const RETRY_SECONDS = 300;
/** The check-in was answered, and a document refused. */
const NOT_TAKEN = 'not-taken';
/** A host that waits to be let in asks so often. */
const WAITING_SECONDS = 1800;

export async function tryCheckIn(context: HostContext): Promise<Tried> {
  const { paths, key, uptime, now } = context;
  writeDue(paths, uptime, RETRY_SECONDS, key.id);
  const failures = (readLedger(paths.ledger)?.failures ?? 0) + 1;
  const tried = await runCheckIn(context).then(
    (ending) => describeEnding(ending, failures),
    (error: unknown) => describeFailure(error, failures),
  );
  const isAnswered = tried.outcome === 'done' || tried.outcome === NOT_TAKEN;
  countFailures(paths, isAnswered ? 0 : failures);
  writeDue(paths, readUptime(), tried.nextSeconds, key.id);
  const { outcome, message } = tried;
  const doneAtMs = isAnswered ? now() : (readLastTry(paths)?.doneAtMs ?? null);
  writeLastTry(paths, { atMs: now(), outcome, message, doneAtMs });
  return tried;
}

function countFailures(paths: StatePaths, failures: number): void {
  const ledger = readLedger(paths.ledger);
  if (ledger !== undefined && ledger.failures !== failures) writeLedger(paths.ledger, { ...ledger, failures });
}

function describeEnding(ending: CheckInEnding, failures: number): Tried {
  if (ending.kind === 'done') {
    const { nextSeconds, sent, refused, tasks } = ending;
    const answered = { nextSeconds, isAway: false, sent, tasks };
    if (refused.length === 0) return { outcome: 'done', message: 'the server has answered', ...answered };
    const message = `the server has answered, and did not take ${refused.join(', ')}`;
    return { outcome: NOT_TAKEN, message, ...answered };
  }
  const nothing = { sent: [], tasks: 0 };
  if (ending.kind === 'waiting') {
    const { message } = ending.answer;
    return { outcome: 'waiting', message, nextSeconds: WAITING_SECONDS, isAway: false, ...nothing };
  }
  const { error, message, retryAfter } = ending.refusal;
  const wait =
    retryAfter === undefined
      ? ({ kind: 'failed', failures } as const)
      : ({ kind: 'told', seconds: retryAfter } as const);
  const nextSeconds = planWait(wait, Math.random());
  return { outcome: error, message, nextSeconds, isAway: error === 'busy' || error === 'held', ...nothing };
}

function describeFailure(error: unknown, failures: number): Tried {
  const nextSeconds = planWait({ kind: 'failed', failures }, Math.random());
  const isAway = error instanceof ServerAwayError && error.isAway;
  const outcome = error instanceof ServerAwayError ? error.reason : 'failed';
  return { outcome, message: describeWithHint(error), nextSeconds, isAway, sent: [], tasks: 0 };
}
