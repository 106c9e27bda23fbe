// Tells a fleet's server elsewhere which machines this site's installer has installed. In: machines, a way to ask the server. Out: their
// keys there, sooner or later: whatever goes wrong is tried again. Nothing is written: the installer keeps each machine's last
// report on the disk, and tells all of them when it starts. Bounded: one entry for each machine.
import { setTimeout as delay } from 'node:timers/promises';
import type { z } from 'zod';
import { installedMachineSchema } from '../../contract/fleet/api/installed-machines.ts';
import type { reportMachines } from '../../contract/fleet/api/installed-machines.ts';
import type { OutputOf } from '../../contract/fleet/operation.ts';
import { describeWithHint } from '../../lib/errors.ts';
import { createLimitedLog } from '../../lib/limited-log.ts';
import type { Log } from '../../lib/log.ts';

type Machine = z.output<typeof installedMachineSchema>;
type Results = OutputOf<typeof reportMachines>['results'];

export type TellServerOptions = {
  /** @throws Error when the server does not take them */
  readonly ask: (machines: Machine[]) => Promise<Results>;
  readonly log: Log;
  /** Until the first repetition; each wait is twice as long, up to ten minutes. */
  readonly retryMs?: number;
};

export type Telling = {
  /** Returns at once. */
  readonly tell: (machine: Machine) => void;
  /** What has not been told yet is told after the next start. */
  readonly close: () => Promise<void>;
};

const AT_ONCE = 100;
const RETRY_MS = 5000;
const LONGEST_RETRY_MS = 600_000;

export function createTelling({ ask, log, retryMs = RETRY_MS }: TellServerOptions): Telling {
  const waiting = new Map<string, Machine>();
  const told = new Map<string, string>();
  const stop = new AbortController();
  const limited = createLimitedLog(log);
  let running = Promise.resolve();
  let isRunning = false;

  async function tellAll(): Promise<void> {
    for (let waitMs = retryMs; waiting.size > 0 && !stop.signal.aborted;) {
      const some = [...waiting.values()].slice(0, AT_ONCE);
      const isTold = await tellSome(some);
      if (isTold) waitMs = retryMs;
      else {
        await delay(waitMs, undefined, { signal: stop.signal, ref: false }).catch(() => undefined);
        waitMs = Math.min(2 * waitMs, LONGEST_RETRY_MS);
      }
    }
    isRunning = false;
  }

  async function tellSome(machines: Machine[]): Promise<boolean> {
    try {
      for (const { name, state, reason } of await ask(machines)) {
        if (state !== 'enrolled') log.warn({ machine: name, state, reason }, 'a machine is not let into the fleet');
      }
    } catch (error) {
      const fields = { machines: waiting.size, error: describeWithHint(error) };
      limited.once('away', "the fleet's server was not told of machines; it will be", fields);
      return false;
    }
    for (const machine of machines) {
      told.set(machine.machineId, textOf(machine));
      // A newer report of it may have come meanwhile.
      if (waiting.get(machine.machineId) === machine) waiting.delete(machine.machineId);
    }
    return true;
  }

  return {
    tell: (machine) => {
      const parsed = installedMachineSchema.safeParse(machine);
      if (!parsed.success) {
        return limited.once(`name ${machine.name}`, 'the fleet takes no such machine', { machine: machine.name });
      }
      // Each machine reports each night.
      if (told.get(machine.machineId) === textOf(machine)) return;
      waiting.set(machine.machineId, machine);
      if (isRunning) return;
      isRunning = true;
      running = tellAll();
    },
    close: async () => {
      stop.abort();
      await running;
    },
  };
}

const textOf = ({ name, publicKey }: Machine): string => `${name} ${publicKey}`;
