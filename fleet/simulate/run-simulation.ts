// A whole simulation: all hosts enrol and report, then they come at their interval. In: how many, where, how long. Out: figures of both
// phases, and what the server used where it is this computer's own. Never: starts a server, or prints.
import type { SimulatedServer } from './connection.ts';
import { quietBehaviour } from './plan-reaction.ts';
import { createPopulation } from './population.ts';
import type { ProcessUsage } from './process-usage.ts';
import { liveOn, openSimulation, reportFirst, usualLists } from './simulate.ts';
import type { FirstReports, Progress } from './simulate.ts';
import type { PhaseSummary } from './tally.ts';

export type WholeSimulation = {
  readonly hosts: number;
  readonly servers: readonly SimulatedServer[];
  /** A token of a site that approves. */
  readonly admission: string;
  /** Whether hosts say what packages are, which is made up. */
  readonly describes: boolean;
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
  readonly onProgress?: (progress: Progress & { readonly phase: 'first' | 'steady' }) => void;
};

/** `cores` is processor time of the server by the time that passed; `peakBytes` since it was started. */
export type ServerShare = { readonly cores: number; readonly peakBytes: number };

export type SimulationResult = {
  readonly hosts: number;
  readonly lists: number;
  readonly first: FirstReports & { readonly server?: ServerShare };
  readonly steady: PhaseSummary & { readonly server?: ServerShare };
  /** Every host has reported, and there was no error. */
  readonly isSound: boolean;
};

const FIRST_AT_ONCE = 16;
const STEADY_AT_ONCE = 1000;

export async function runSimulation(options: WholeSimulation): Promise<SimulationResult> {
  const { hosts, lists = usualLists(hosts), describes, signal, onProgress, intervalSeconds, shared } = options;
  const { servers, admission } = options;
  using simulation = openSimulation({
    population: createPopulation({ hosts, lists }),
    servers,
    admission,
    behaviour: { ...quietBehaviour, describes },
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
  const steady = await withServer(options, () =>
    liveOn(simulation, {
      seconds: options.minutes * 60,
      ...(intervalSeconds === undefined ? {} : { intervalSeconds }),
      atOnce: STEADY_AT_ONCE,
      signal,
      onProgress: (progress) => onProgress?.({ ...progress, phase: 'steady' }),
    }),
  );
  const isSound = first.reported === hosts && first.errors.length === 0 && steady.errors.length === 0;
  return { hosts, lists, first, steady, isSound };
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
