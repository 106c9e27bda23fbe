// Jobs for all hosts, while they check in: one of a fleet's own size is made; one under which 5 % break, until it halts; one that goes
// through, for a part of its way. In: a store with hosts. Out: lines, and figures to compare. The exit code is 1 when more hosts
// were hit than the budget and as many open leases. Never: fills a store.
import { setTimeout as pause } from 'node:timers/promises';
import type { z } from 'zod';
import { controlJob, createJob, planJob, approveJob, showJob } from '../contract/fleet/api/jobs.ts';
import { SIMULATED_SITE } from '../fleet/simulate/population.ts';
import { connectToFleet } from '../fleet/api/api-client.ts';
import type { FleetClient } from '../fleet/api/api-client.ts';
import { liveOn, spreadHosts } from '../fleet/simulate/simulate.ts';
import type { Fates } from '../fleet/simulate/decide-fate.ts';
import type { PhaseSummary } from '../fleet/simulate/tally.ts';
import type { FleetPlace } from './fleet-places.ts';
import { withServer } from './measure-fleet.ts';

const INTERVAL_SECONDS = 1800;
const WANTED_SECONDS = 10;
const BEFORE_SECONDS = 30;
const FAILING = 0.05;
const BUDGET = 200;
/** The longest that a job may take until it halts. */
const HALT_SECONDS = 600;
const AFTER_SECONDS = 20;
const THROUGH_SECONDS = 120;
/** Every recorded system has them. */
const [FIRST, SECOND] = ['dpkg', 'bash'];

/** Figures of one store, by what they are. */
export type JobFigures = Readonly<Record<string, number>>;

type Options = { readonly profile: string | undefined; readonly print: (line: string) => void };

type Measured = {
  readonly client: FleetClient;
  readonly print: (line: string) => void;
  readonly figures: Record<string, number>;
  /** Hosts come until something is done. */
  readonly meanwhile: (what: string, work: () => Promise<unknown>, fates?: Partial<Fates>) => Promise<PhaseSummary>;
};

export async function measureFleetJobs(place: FleetPlace, { profile, print }: Options): Promise<JobFigures> {
  const figures: Record<string, number> = {};
  const client = connectToFleet({ stateDir: place.stateDir });
  await withServer(place, { profile, print }, async (simulation, measure) => {
    const queue = spreadHosts(simulation, INTERVAL_SECONDS);
    const usual = { atOnce: 1000, intervalSeconds: INTERVAL_SECONDS, queue, seconds: 3600 };
    const meanwhile: Measured['meanwhile'] = async (what, work, fates = {}) => {
      const phase = await measure(what, async () => {
        const over = new AbortController();
        const behaviour = { ...simulation.behaviour, ...fates };
        const living = liveOn({ ...simulation, behaviour }, { ...usual, signal: over.signal });
        await work().finally(() => over.abort());
        return living;
      });
      figures[`p99 ${what}, ms`] = phase.checkInMs.p99;
      return phase;
    };
    const measured = { client, print, figures, meanwhile };
    await meanwhile('without a job', () => pause(1000 * BEFORE_SECONDS));
    await meanwhile('while a job is made and planned', () => makeAndCancel(measured));
    await breakSome(measured);
    await goThrough(measured);
  });
  return figures;
}

/** The largest there is: each kind of inventory is to be planned. */
async function makeAndCancel({ client, figures, print }: Measured): Promise<void> {
  const took = async <T>(what: string, run: () => Promise<T>): Promise<T> => {
    const began = performance.now();
    const result = await run();
    const seconds = (performance.now() - began) / 1000;
    figures[`${what}, s`] = seconds;
    const isLate = seconds > WANTED_SECONDS ? `, more than the ${WANTED_SECONDS} s that are wanted` : '';
    print(`  ${what}: ${seconds.toFixed(2)} s${isLate}`);
    return result;
  };
  const { job } = await took('to make it', () => make(client, { action: { do: 'upgrade' } }));
  await took('to find its kinds of inventory', () => client.ask(planJob, { job }));
  await pause(5000);
  await took('to cancel it', () => client.ask(controlJob, { job, command: 'cancel' }));
}

/** The worst rollout: all hosts in one ring, and no share at which it halts. */
async function breakSome({ client, figures, print, meanwhile }: Measured): Promise<void> {
  const rollout = { rings: [1], budget: BUDGET, failedShare: 1 };
  const fates = { failing: FAILING, takesSeconds: 5 };
  const made = Promise.withResolvers<number>();
  await meanwhile('while the next one is made', async () =>
    made.resolve(await begin(client, { action: hold(FIRST), rollout })),
  );
  const job = await made.promise;
  const under = await meanwhile('while 5 % break under it', () => untilHalted(client, job), fates);
  // Orders that were out when it halted come to their end.
  const after = await meanwhile('after it has halted', () => pause(1000 * AFTER_SECONDS), fates);
  const { state, reason, counts } = await client.ask(showJob, { job });
  const hit = (under.orders['failed'] ?? 0) + (after.orders['failed'] ?? 0);
  print(`  it is ${state} after ${under.seconds} s: ${reason}; ${JSON.stringify(counts)}`);
  print(`  ${hit} hosts were hit, by their own count; the bound is ${2 * BUDGET}`);
  if (state !== 'halted' || hit > 2 * BUDGET) process.exitCode = 1;
  figures['hosts hit'] = hit;
}

/** As jobs usually are, but rings wait for fewer answers: the second one would open in half an hour. */
async function goThrough({ client, figures, print, meanwhile }: Measured): Promise<void> {
  const made = Promise.withResolvers<number>();
  await meanwhile('while the last one is made', async () =>
    made.resolve(await begin(client, { action: hold(SECOND), rollout: { answered: 0.01 } })),
  );
  const job = await made.promise;
  const going = await meanwhile('while it goes through', () => pause(1000 * THROUGH_SECONDS), { takesSeconds: 30 });
  const { counts } = await client.ask(showJob, { job });
  figures['hosts done a minute'] = (60 * (counts.done ?? 0)) / going.seconds;
  print(`  ${figures['hosts done a minute'].toFixed(0)} hosts are done a minute; ${JSON.stringify(counts)}`);
}

const hold = (name: string): JobInput['action'] => ({ do: 'hold', packages: [{ name }] });

type JobInput = Omit<z.input<(typeof createJob)['input']>, 'hosts'>;

const make = (client: FleetClient, job: JobInput) => client.ask(createJob, { hosts: `site=${SIMULATED_SITE}`, ...job });

async function begin(client: FleetClient, spec: JobInput): Promise<number> {
  const { job } = await make(client, spec);
  await client.ask(planJob, { job });
  await client.ask(approveJob, { job });
  return job;
}

async function untilHalted(client: FleetClient, job: number): Promise<void> {
  const endMs = performance.now() + 1000 * HALT_SECONDS;
  while (performance.now() < endMs && (await client.ask(showJob, { job })).state === 'running') await pause(1000);
}
