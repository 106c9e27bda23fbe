// One measurement of the fleet's server: it is started on a core of its own, simulated hosts come, and lines say what both have
// counted. In: a store, what the hosts do. Out: lines; the exit code is 1 when a host was lost. Never: fills a store.
import { readFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { startOwnServer } from '../fleet/simulate/own-server.ts';
import type { OwnServer } from '../fleet/simulate/own-server.ts';
import { quietBehaviour } from '../fleet/simulate/plan-reaction.ts';
import { openSimulation } from '../fleet/simulate/simulate.ts';
import type { OpenSimulation } from '../fleet/simulate/simulate.ts';
import type { PhaseSummary } from '../fleet/simulate/tally.ts';
import { runCommand } from '../lib/run-command.ts';
import type { FleetPlace } from './fleet-places.ts';

export const SERVER_CORE = 0;
export const OTHER_CORE = 1;

/** What a run counts, and what the server used meanwhile: lines about it. */
export type MeasurePhase = (what: string, run: () => Promise<MeasuredPhase>) => Promise<MeasuredPhase>;

type MeasuredPhase = PhaseSummary & { readonly lost?: number };

type ServerOptions = {
  readonly shared?: number | undefined;
  /** A directory for a profile of the server (`node --cpu-prof`). */
  readonly profile: string | undefined;
  readonly print: (line: string) => void;
};

/** A server on a core of its own, with hosts that come while a function says so. */
export async function withServer(
  place: FleetPlace,
  { shared, profile, print }: ServerOptions,
  work: (simulation: OpenSimulation, measure: MeasurePhase) => Promise<void>,
): Promise<void> {
  const server = await startServer(place, profile);
  using simulation = openSimulation({
    population: place.population,
    servers: [server],
    admission: server.admission,
    orderKey: server.orderKey,
    behaviour: { ...quietBehaviour, describes: true },
    ...(shared === undefined ? {} : { shared }),
  });
  const measure: MeasurePhase = async (what, run) => {
    const before = await readLoad(server);
    const phase = await run();
    const load = loadSince(before, await readLoad(server), phase.seconds);
    if ((phase.lost ?? 0) > 0) process.exitCode = 1;
    print(`${what}, ${place.name}: ${describePhase(phase)}`);
    for (const line of describeLoad(load, phase.checkIns / phase.seconds)) print(line);
    return phase;
  };
  try {
    await work(simulation, measure);
  } finally {
    await server.stop();
  }
}

export type FleetMeasurement = {
  readonly what: string;
  /** How many connections all hosts share; without it, each has its own. */
  readonly shared?: number;
  readonly run: (simulation: OpenSimulation) => Promise<MeasuredPhase>;
};

/** What this process starts from now on stays on that core, too. */
export async function pin(pid: number, core: number): Promise<void> {
  if (cpus().length > core) await runCommand(['taskset', '--all-tasks', '--cpu-list', '--pid', `${core}`, `${pid}`]);
}

function startServer({ stateDir, database }: FleetPlace, profile: string | undefined): Promise<OwnServer> {
  const pinned = ['--cpu-list', `${SERVER_CORE}`];
  const node = [process.execPath, '--disable-warning=ExperimentalWarning'];
  const profiled = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`];
  const gutinteg = join(import.meta.dirname, '../bin/gutinteg.ts');
  const program = ['taskset', ...pinned, ...node, ...profiled, gutinteg, 'fleet', 'serve'] as const;
  return startOwnServer({ program, stateDir, ...(database === undefined ? {} : { database }) });
}

type Load = { readonly serverSeconds: number; readonly peakBytes: number; readonly coreSeconds: readonly number[] };

async function readLoad(server: OwnServer): Promise<Load> {
  const usage = await server.usage();
  if (usage === undefined) throw new Error('the server has ended');
  return { serverSeconds: usage.cpuSeconds, peakBytes: usage.peakBytes, coreSeconds: await readCores() };
}

const loadSince = (before: Load, after: Load, seconds: number): Load => ({
  serverSeconds: (after.serverSeconds - before.serverSeconds) / seconds,
  peakBytes: after.peakBytes,
  coreSeconds: after.coreSeconds.map((core, at) => (core - (before.coreSeconds[at] ?? 0)) / seconds),
});

/** Seconds that each core was not idle, since it was started. @see proc_stat(5) */
async function readCores(): Promise<number[]> {
  const lines = (await readFile('/proc/stat', 'utf8')).split('\n').filter((line) => /^cpu\d/.test(line));
  return lines.map((line) => {
    const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] = line.split(/\s+/).slice(1).map(Number);
    return (user + nice + system + irq + softirq) / 100;
  });
}

function describePhase({ lost, ...phase }: MeasuredPhase): string {
  const { p50, p99, most } = phase.checkInMs;
  const documents = Object.entries(phase.documents).map(([what, count]) => `${count} ${what}`);
  const orders = Object.entries(phase.orders).map(([what, count]) => `${count} ${what}`);
  const errors = phase.errors.map(({ what, count }) => `${count} × ${what}`);
  return [
    `${phase.checkIns} check-ins in ${phase.seconds} s (${phase.perSecond} a second)`,
    `p50 ${p50} ms, p99 ${p99} ms, most ${most} ms`,
    ...(lost === undefined ? [] : [`${lost} without an answer`]),
    ...(phase.waiting > 0 ? [`${phase.waiting} had no turn`] : []),
    `${phase.connections} connections`,
    `documents: ${documents.join(', ') || 'none'}`,
    ...(orders.length === 0 ? [] : [`orders: ${orders.join(', ')}`]),
    `errors: ${errors.join(', ') || 'none'}`,
  ].join('; ');
}

/** @param load of one second on average */
function describeLoad({ serverSeconds, peakBytes, coreSeconds }: Load, perSecond: number): string[] {
  const [own = 0, other = 0] = [coreSeconds[SERVER_CORE], coreSeconds[OTHER_CORE]];
  const each = ((1000 * serverSeconds) / Math.max(perSecond, 0.001)).toFixed(2);
  const strangers = percent(Math.max(0, own - serverSeconds));
  return [
    `  server: ${percent(serverSeconds)} of a core, ${each} ms for each check-in; ${(peakBytes / 1e6).toFixed(0)} MB at most`,
    `  beside it: others had ${strangers} of its core; the other core was busy ${percent(other)}; load ${loadavg()[0]?.toFixed(1)}`,
  ];
}

const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;
