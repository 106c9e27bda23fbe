// What a simulation of hosts has found, for people. In: figures. Out: lines. Never: judges them; what is too slow depends on the fleet.
import type { Progress } from '../../../fleet/simulate/simulate.ts';
import type { JobEnd } from '../../../fleet/simulate/run-job.ts';
import type { ServerShare, SimulationResult } from '../../../fleet/simulate/run-simulation.ts';
import type { PhaseSummary } from '../../../fleet/simulate/tally.ts';

export function formatProgress(
  { phase, checkIns, errors, p99Ms, seconds }: Progress & { readonly phase: 'first' | 'steady' | 'job' },
  hosts: number,
): string {
  const rate = `${(checkIns / Math.max(seconds, 0.001)).toFixed(1)} a second`;
  const done = phase === 'first' ? `${checkIns} first reports of ${hosts}` : `${checkIns} check-ins`;
  return `${done}, ${rate}, p99 ${p99Ms} ms, ${errors === 0 ? 'no errors' : `${errors} errors`}`;
}

export function formatSimulation({ hosts, lists, first, steady, job }: SimulationResult): string[] {
  return [
    `${first.reported} of ${hosts} hosts, with ${lists} different lists, enrolled and reported, as fast as the server took them`,
    ...formatPhase(first),
    'then they came at their interval',
    ...formatPhase(steady),
    ...(job === undefined ? [] : [...formatJob(job.end), ...formatPhase(job)]),
  ];
}

function formatJob({ job, title, state, reason, hosts, budget, counts, madeSeconds, seconds }: JobEnd): string[] {
  const states = Object.entries(counts).map(([what, count]) => `${count} ${what}`);
  const why = reason === '' ? '' : `, as it says: ${reason}`;
  return [
    `then a job (${title}) was for all ${hosts} of them, made in ${madeSeconds} s`,
    `  job ${job} is ${state} after ${seconds} s${why}`,
    `  hosts: ${states.join(', ')}; its budget is ${budget}`,
  ];
}

function formatPhase(phase: PhaseSummary & { readonly server?: ServerShare }): string[] {
  const { p50, p90, p99, most } = phase.checkInMs;
  const documents = Object.entries(phase.documents).map(([what, count]) => `${count} ${what}`);
  const orders = Object.entries(phase.orders).map(([what, count]) => `${count} ${what}`);
  return [
    `  ${phase.checkIns} check-ins in ${phase.seconds} s, ${phase.perSecond} a second, on ${phase.connections} connections`,
    `  answered after ${p50} ms (p50), ${p90} ms (p90), ${p99} ms (p99), ${most} ms at most`,
    `  documents stored: ${documents.length === 0 ? 'none' : documents.join(', ')}`,
    `  sent ${megabytes(phase.sentBytes)}, received ${megabytes(phase.receivedBytes)}`,
    ...(orders.length === 0 ? [] : [`  orders, as the hosts counted them: ${orders.join(', ')}`]),
    ...(phase.server === undefined ? [] : [`  the server used ${formatShare(phase.server)}`]),
    ...(phase.waiting === 0 ? [] : [`  ${phase.waiting} hosts were due and had no turn`]),
    ...(phase.errors.length === 0 ? ['  no errors'] : phase.errors.map(({ what, count }) => `  ${count} × ${what}`)),
  ];
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

const formatShare = ({ cores, peakBytes }: ServerShare): string =>
  `${(100 * cores).toFixed(0)} % of a core, and ${megabytes(peakBytes)} of memory at most`;
