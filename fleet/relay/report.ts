// The relay's reports to the fleet's server, which cannot reach it: one every few seconds. In: what became of wake-ups. Out: hosts to
// wake. Never: two at once; ends the relay because the server is away.
import { setTimeout as delay } from 'node:timers/promises';
import { FLEET_PROTOCOL } from '../../contract/fleet/check-in.ts';
import { relayAnswerSchema } from '../../contract/fleet/relay-report.ts';
import { hostRoutes } from '../../contract/fleet/routes.ts';
import { describeError } from '../../lib/errors.ts';
import type { LimitedLog } from '../../lib/limited-log.ts';
import { askServer } from './ask-server.ts';
import type { Forward } from './forward.ts';
import type { RelayIdentity } from './relay-identity.ts';
import type { Waker } from './wake-hosts.ts';

export type Reporting = {
  readonly forward: Forward;
  readonly self: RelayIdentity;
  readonly waker: Waker;
  readonly log: LimitedLog;
  /** Asks to be let in. @returns false while the server is away */
  readonly enrol: () => Promise<boolean>;
  /** Whether that has been answered. */
  readonly isIn: boolean;
  /** At least so often, in seconds, whatever the server says. */
  readonly atLeastEvery?: number;
};

const AFTER_FAILURE_SECONDS = 20;
/** A relay that has to be let in first asks so often. */
const AFTER_REFUSAL_SECONDS = 60;
const MOST_RESULTS = 100;

/** @returns what ends it, after the report that is under way */
export function startReports(reporting: Reporting): () => Promise<void> {
  const stop = new AbortController();
  const running = reportUntil(reporting, stop.signal);
  return async () => {
    stop.abort();
    await running;
  };
}

async function reportUntil(reporting: Reporting, signal: AbortSignal): Promise<void> {
  let { isIn } = reporting;
  while (!signal.aborted) {
    isIn ||= await tryToEnrol(reporting);
    const wanted = isIn ? await reportOnce(reporting) : AFTER_FAILURE_SECONDS;
    const seconds = Math.min(wanted, reporting.atLeastEvery ?? wanted);
    // The end of the wait, or of the relay.
    await delay(seconds * 1000, undefined, { signal, ref: false }).catch(() => undefined);
  }
}

async function tryToEnrol({ enrol, log }: Reporting): Promise<boolean> {
  try {
    return await enrol();
  } catch (error) {
    log.once('enrol', 'this relay was not let in', { error: describeError(error) });
    return false;
  }
}

/** @returns seconds until the next */
async function reportOnce({ forward, self, waker, log }: Reporting): Promise<number> {
  const results = waker.results().slice(0, MOST_RESULTS);
  const value = { v: FLEET_PROTOCOL, results };
  try {
    const asked = await askServer({ forward, self }, { path: hostRoutes.relay, value, schema: relayAnswerSchema });
    if ('refusal' in asked) {
      const { error, message } = asked.refusal;
      log.once(`refused ${error}`, "the fleet's server does not take this relay's reports", { reason: error, message });
      return AFTER_REFUSAL_SECONDS;
    }
    waker.forget(results);
    waker.wake(asked.answer.wake);
    return asked.answer.next;
  } catch (error) {
    log.once('report', "the fleet's server has not taken this relay's report", { error: describeError(error) });
    return AFTER_FAILURE_SECONDS;
  }
}
