// Simulated hosts against a server: all of them enrol and report, and then come at their interval, as a real fleet does. In: how many,
// where, how long. Out: what was counted, by phase. Never: starts a server, asks its API, or prints.
import type { KeyObject } from 'node:crypto';
import { createOrders } from './carry-out-orders.ts';
import { createConnections } from './connection.ts';
import type { SimulatedServer, Traffic } from './connection.ts';
import { createDueQueue } from './due-queue.ts';
import type { DueQueue } from './due-queue.ts';
import { createHostDocuments } from './host-documents.ts';
import { createHostPackages } from './host-packages.ts';
import type { Behaviour } from './plan-reaction.ts';
import type { Population } from './population.ts';
import { readRecordedSystems } from './recorded-lists.ts';
import { runVisits } from './run-visits.ts';
import { createTally } from './tally.ts';
import type { PhaseSummary, Tally } from './tally.ts';
import { visitServer } from './visit-server.ts';
import type { Simulation } from './visit-server.ts';

export type SimulationOptions = {
  readonly population: Population;
  readonly servers: readonly SimulatedServer[];
  /** A token of a site that approves. */
  readonly admission: string;
  readonly behaviour: Behaviour;
  /** Of the server that signs orders; without it, hosts refuse all. */
  readonly orderKey?: KeyObject;
  /** How many connections all hosts share; without it, each has its own. */
  readonly shared?: number;
};

export type OpenSimulation = Simulation & Disposable;

export function openSimulation({
  population,
  servers,
  admission,
  behaviour,
  orderKey,
  shared,
}: SimulationOptions): OpenSimulation {
  const connections = createConnections({ servers, ...(shared === undefined ? {} : { shared }) });
  const { describes } = behaviour;
  const packages = createHostPackages(population, readRecordedSystems());
  const now = (): number => performance.now();
  return {
    population,
    documents: createHostDocuments({ population, packages, describes }),
    orders: createOrders({ population, packages, orderKey, now }),
    connections,
    behaviour,
    admission,
    now,
    chance: Math.random,
    [Symbol.dispose]: () => connections.close(),
  };
}

export type Progress = {
  readonly checkIns: number;
  readonly errors: number;
  readonly p99Ms: number;
  readonly seconds: number;
};

type PhaseOptions = {
  readonly atOnce: number;
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
};

const PROGRESS_MS = 500;

/** Runs a phase with a tally of its own. */
async function runPhase(
  simulation: Simulation,
  { onProgress }: PhaseOptions,
  run: (tally: Tally) => Promise<number>,
): Promise<PhaseSummary> {
  const { now, connections } = simulation;
  const [began, before] = [now(), connections.traffic()];
  const tally = createTally(now);
  const timer = setInterval(() => {
    const seconds = (now() - began) / 1000;
    onProgress?.({ checkIns: tally.checkIns(), errors: tally.errors(), p99Ms: tally.p99(), seconds });
  }, PROGRESS_MS);
  try {
    const waiting = await run(tally);
    return tally.end({ waiting, ...since(before, connections.traffic()) });
  } finally {
    clearInterval(timer);
  }
}

const since = (before: Traffic, after: Traffic) => ({
  connections: after.connections - before.connections,
  sentBytes: after.sentBytes - before.sentBytes,
  receivedBytes: after.receivedBytes - before.receivedBytes,
});

export type FirstReports = PhaseSummary & {
  /** Hosts that have said all that was wanted of them. */
  readonly reported: number;
  /** Hosts whose first report the server has not taken, after several tries. */
  readonly lost: number;
};

const TRIES = 5;
const RETRY_MS = 2000;

/** Every host of `hosts` visits the server until it was answered, as fast as the server can; for at most so many seconds. */
export async function reportFirst(
  simulation: Simulation,
  options: PhaseOptions & { readonly hosts: Iterable<number>; readonly atMostSeconds?: number },
): Promise<FirstReports> {
  const { now, population } = simulation;
  const queue = createDueQueue(population.size);
  const began = now();
  for (const host of options.hosts) queue.add(host, began);
  const tries = new Uint8Array(population.size);
  let [reported, lost] = [0, 0];
  const phase = await runPhase(simulation, options, (tally) => {
    const visit = async (host: number): Promise<number | undefined> => {
      const end = await visitServer(simulation, { host, dueMs: now(), tally });
      if (end.isDone) reported += 1;
      if (end.isDone) return undefined;
      tries[host] = (tries[host] ?? 0) + 1;
      if ((tries[host] ?? 0) < TRIES) return now() + RETRY_MS;
      lost += 1;
      return undefined;
    };
    const endMs = began + 1000 * (options.atMostSeconds ?? Infinity);
    return runVisits({ queue, visit, now, endMs, ...options });
  });
  return { ...phase, reported, lost };
}

export type SteadyOptions = PhaseOptions & {
  readonly seconds: number;
  /** Between two check-ins of a host; as the server says unless given. */
  readonly intervalSeconds?: number;
  /** Hosts that go on from where a phase before has left them; without it, all are spread anew. */
  readonly queue?: DueQueue;
};

const USUAL_SECONDS = 1800;
const AFTER_FAILURE_SECONDS = 300;
/** Of a server that has something for the host, or expects a word of it. */
const SOON_SECONDS = 60;

/** All hosts, each due at some time within so many seconds. */
export function spreadHosts({ population, now, chance }: Simulation, seconds: number): DueQueue {
  const queue = createDueQueue(population.size);
  const began = now();
  for (let host = 0; host < population.size; host += 1) queue.add(host, began + chance() * seconds * 1000);
  return queue;
}

/** Hosts that have reported come at their interval, spread over all of it; those that have an order come when it ends, too. */
export function liveOn(simulation: Simulation, options: SteadyOptions): Promise<PhaseSummary> {
  const { intervalSeconds } = options;
  const { now, orders } = simulation;
  const { queue = spreadHosts(simulation, intervalSeconds ?? USUAL_SECONDS) } = options;
  const endMs = now() + options.seconds * 1000;
  return runPhase(simulation, options, (tally) => {
    const visit = async (host: number, dueMs: number): Promise<number> => {
      const { isDone, waitSeconds = AFTER_FAILURE_SECONDS } = await visitServer(simulation, { host, dueMs, tally });
      const asked = now() + 1000 * waitSeconds;
      const ended = orders.dueOf(host) ?? Infinity;
      // Whoever gives an interval measures it: neither a busy server nor a failure makes hosts come less often.
      if (intervalSeconds === undefined) return Math.min(asked, ended);
      const soon = isDone && waitSeconds <= SOON_SECONDS ? asked : Infinity;
      return Math.min(dueMs + 1000 * intervalSeconds, soon, ended);
    };
    return runVisits({ queue, visit, now, endMs, ...options });
  });
}

/** All hosts come once within so many seconds, as after an outage of the server; those that failed come again until the end. */
export async function comeBack(
  simulation: Simulation,
  options: PhaseOptions & { readonly withinSeconds: number; readonly atMostSeconds: number },
): Promise<FirstReports> {
  const { now, population } = simulation;
  const began = now();
  const queue = spreadHosts(simulation, options.withinSeconds);
  let back = 0;
  const phase = await runPhase(simulation, options, (tally) => {
    const visit = async (host: number, dueMs: number): Promise<number | undefined> => {
      const end = await visitServer(simulation, { host, dueMs, tally });
      if (end.isDone) back += 1;
      return end.isDone ? undefined : now() + 1000 * (end.waitSeconds ?? AFTER_FAILURE_SECONDS);
    };
    return runVisits({ queue, visit, now, endMs: began + options.atMostSeconds * 1000, ...options });
  });
  return { ...phase, reported: back, lost: population.size - back };
}

/** A third of the hosts of a fleet have a list of their own, as fleets do that were looked at. */
export const usualLists = (hosts: number): number => Math.max(1, Math.ceil(hosts * 0.3));
