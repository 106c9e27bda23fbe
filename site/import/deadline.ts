import { setImmediate } from 'node:timers/promises';
import { beyond } from './limits.ts';

export type Deadline = {
  /** Gives other work a turn, such as a signal, now and then. @throws UserError when the time is over */
  readonly pause: () => Promise<void>;
  /** At least 1. */
  readonly remainingMs: () => number;
};

const TURN_MS = 20;

/** The time that one import may take, from now on; `what` names the archive in the error. */
export function startDeadline(what: string, milliseconds: number): Deadline {
  const end = performance.now() + milliseconds;
  let turn = performance.now() + TURN_MS;
  const pause = async (): Promise<void> => {
    const now = performance.now();
    if (now > end) throw beyond(what, `it takes longer than ${milliseconds / 1000} seconds`);
    if (now < turn) return;
    await setImmediate();
    turn = performance.now() + TURN_MS;
  };
  return { pause, remainingMs: () => Math.max(1, Math.ceil(end - performance.now())) };
}
