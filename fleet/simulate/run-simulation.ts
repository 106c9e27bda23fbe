// A whole simulation: all hosts enrol and report, then they come at their interval, then a job is for all of them if that is wanted. In: how
// many, where, how long. Out: figures of each phase, and what the server used where it is this computer's own. Never: starts a server, or prints.
import type { KeyObject } from 'node:crypto';
import type { FleetClient } from '../api/api-client.ts';
import type { SimulatedServer } from './connection.ts';
import type { Fates } from './decide-fate.ts';
import { quietBehaviour } from './plan-reaction.ts';
import { createPopulation } from './population.ts';
import type { ProcessUsage } from './process-usage.ts';
import { runJob } from './run-job.ts';
import type { JobEnd } from './run-job.ts';
import { liveOn, openSimulation, reportFirst, spreadHosts, usualLists } from './simulate.ts';
import type { FirstReports, OpenSimulation, Progress, SteadyOptions } from './simulate.ts';
import type { PhaseSummary } from './tally.ts';

export type WholeSimulation = {
  readonly hosts: number;
  readonly servers: readonly SimulatedServer[];
  /** A token of a site that approves. */
  readonly admission: string;
  /** Whether hosts say what packages are, which is made up. */
  readonly describes: boolean;
  /** What becomes of orders; without the key, hosts refuse them. */
  readonly fates?: Partial<Fates>;
  readonly orderKey?: KeyObject;
  /** When the hosts have come for a while, an upgrade of all of them is made, and watched until it has ended, or for so long. */
  readonly job?: { readonly client: FleetClient; readonly minutes: number };
  readonly minutes: number;
  /** Between two check-ins of a host; as the server says unless given. */
  readonly intervalSeconds?: number;
  /** Different lists of packages. */
  readonly lists?: number;
  /** How many connections to each server all hosts share. */
  readonly shared?: number;
  /** Of the server, where it can be known. */
  readonly usage?: () => Promise<ProcessUsage | undefined>;
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: Progress & { readonly phase: Phase }) => void;
};

type Phase = 'first' | 'steady' | 'job';

/** `cores` is processor time of the server by the time that passed; `peakBytes` since it was started. */
export type ServerShare = { readonly cores: number; readonly peakBytes: number };

export type SimulationResult = {
  readonly hosts: number;
  readonly lists: number;
  readonly first: FirstReports & { readonly server?: ServerShare };
  readonly steady: PhaseSummary & { readonly server?: ServerShare };
  readonly job?: PhaseSummary & { readonly server?: ServerShare; readonly end: JobEnd };
  /** Every host has reported, and there was no error. */
  readonly isSound: boolean;
};

const FIRST_AT_ONCE = 16;
const STEADY_AT_ONCE = 1000;
const USUAL_SECONDS = 1800;

export async function runSimulation(options: WholeSimulation): Promise<SimulationResult> {
  const { hosts, lists = usualLists(hosts), describes, signal, onProgress, intervalSeconds, shared } = options;
  const { servers, admission, fates, orderKey } = options;
  using simulation = openSimulation({
    population: createPopulation({ hosts, lists }),
    servers,
    admission,
    behaviour: { ...quietBehaviour, describes, ...fates },
    ...(orderKey === undefined ? {} : { orderKey }),
    ...(shared === undefined ? {} : { shared }),
  });
  const first = await withServer(options, () =>
    reportFirst(simulation, {
      hosts: Array.from({ length: hosts }, (_, host) => host),
      atOnce: FIRST_AT_ONCE,
      signal,
      onProgress: (progress) => onProgress?.({ ...progress, phase: 'first' }),
    }),
  );
  const living = {
    simulation,
    atOnce: STEADY_AT_ONCE,
    queue: spreadHosts(simulation, intervalSeconds ?? USUAL_SECONDS),
    ...(intervalSeconds === undefined ? {} : { intervalSeconds }),
  };
  const steady = await withServer(options, () =>
    liveOn(simulation, {
      ...living,
      seconds: options.minutes * 60,
      signal,
      onProgress: (progress) => onProgress?.({ ...progress, phase: 'steady' }),
    }),
  );
  const job = options.job === undefined ? undefined : await underJob(options, options.job, living);
  const errors = [...first.errors, ...steady.errors, ...(job?.errors ?? [])];
  const isSound = first.reported === hosts && errors.length === 0;
  return { hosts, lists, first, steady, ...(job === undefined ? {} : { job }), isSound };
}

type Living = Pick<SteadyOptions, 'atOnce' | 'queue' | 'intervalSeconds'> & { readonly simulation: OpenSimulation };

/** Hosts come until the job has ended, or the time is over. */
async function underJob(
  options: WholeSimulation,
  { client, minutes }: NonNullable<WholeSimulation['job']>,
  { simulation, ...living }: Living,
) {
  const seconds = minutes * 60;
  const over = AbortSignal.any([options.signal, AbortSignal.timeout(seconds * 1000)]);
  const ended = new AbortController();
  const running = runJob(client, { action: { do: 'upgrade' } }, over).finally(() => ended.abort());
  // Whoever waits for it hears of its failure below.
  running.catch(() => {});
  const signal = AbortSignal.any([over, ended.signal]);
  const onProgress = (progress: Progress): void => options.onProgress?.({ ...progress, phase: 'job' });
  const phase = await withServer(options, () => liveOn(simulation, { ...living, seconds, signal, onProgress }));
  return { ...phase, end: await running };
}

async function withServer<P extends PhaseSummary>(
  { usage }: WholeSimulation,
  run: () => Promise<P>,
): Promise<P & { readonly server?: ServerShare }> {
  const before = await usage?.();
  const phase = await run();
  const after = await usage?.();
  if (before === undefined || after === undefined) return phase;
  const cores = (after.cpuSeconds - before.cpuSeconds) / Math.max(phase.seconds, 0.001);
  return { ...phase, server: { cores: Math.round(cores * 1000) / 1000, peakBytes: after.peakBytes } };
}
