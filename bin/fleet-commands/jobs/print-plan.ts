// Shows a planned job. In: a job. Out: text on standard output. Never: the plan alone; why nothing changes is said, too.
import { hostPackages } from '../../../contract/fleet/api/host-packages.ts';
import type { FleetClient } from '../../../fleet/api/api-client.ts';
import { isForeseen } from '../../../contract/fleet/jobs/action.ts';
import type { Action, ActionKind } from '../../../contract/fleet/jobs/action.ts';
import { countOf } from '../../../machdb/views/printable.ts';
import { countIn, rolloutLines } from '../output/job-text.ts';
import type { Job } from '../output/job-text.ts';
import { planLines } from '../output/plan-text.ts';
import type { PlanLimits } from '../output/plan-text.ts';
import { print } from '../output/print.ts';
import { namesOf } from '../output/summarize-plans.ts';
import type { PlanSummary } from '../output/summarize-plans.ts';
import { unplanned } from './judge-plan.ts';

/** Lines of each part; a fleet's upgrade can change thousands of packages. */
const MOST_LINES = 20;

export const limitsFor = (id: number, isAll: boolean): PlanLimits => ({
  most: isAll ? Infinity : MOST_LINES,
  more: `gutinteg fleet job ${id} --plan`,
});

/** What hosts were asked besides: lines. */
export type PlanExtras = { readonly present: readonly string[]; readonly lost: readonly string[] };

export function printPlan(job: Job, summary: PlanSummary, { present, lost }: PlanExtras): void {
  const refused = countIn(job.counts, ['refused']);
  print([
    `job ${job.id}: ${job.title} on ${countOf(job.total, 'host')}; nothing has been changed yet`,
    ...(isForeseen(job.action) ? planLines(summary, limitsFor(job.id, false)) : [unforeseenText(job.action)]),
    ...(refused === 0
      ? []
      : [`Left out: ${countOf(refused, 'host')}; gutinteg fleet job ${job.id} --only refused says why.`]),
    ...(isForeseen(job.action) ? unplannedLines(unplanned(job, summary)) : []),
    ...present.map((line) => `  ${line}`),
    ...lost,
    ...rolloutLines(job),
  ]);
}

const beside: ReadonlySet<ActionKind> = new Set([
  'hold',
  'unhold',
  'update-lists',
  'refresh',
  'set-source',
  'remove-source',
]);

const unforeseenText = ({ do: kind }: Action): string =>
  beside.has(kind) ? 'No package is changed.' : 'What it changes cannot be foreseen.';

const unplannedLines = (hosts: number): string[] =>
  hosts === 0 ? [] : [`Not planned yet: ${countOf(hosts, 'host')}; each is planned when it has reported what it has.`];

const NAMING: ReadonlySet<string> = new Set(['install', 'upgrade', 'install-files', 'upgrade-agent']);

/** `web1 has jq 1.6-3 already`, of the first host on which nothing is to be done. */
export async function presentLines(client: FleetClient, job: Job, { asWanted }: PlanSummary): Promise<string[]> {
  const host = asWanted.find(({ askedOf }) => askedOf !== '')?.askedOf;
  if (host === undefined || !NAMING.has(job.action.do)) return [];
  const lines: string[] = [];
  for (const name of [...namesOf(job.action)].slice(0, MOST_LINES)) {
    const { packages } = await client.ask(hostPackages, { host, package: name });
    lines.push(...packages.map(({ version }) => `${host} has ${name} ${version} already`));
  }
  return lines;
}
