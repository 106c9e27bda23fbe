// Shows a planned job. In: a job. Out: text on standard output. Never: the plan alone; why nothing changes is said, too.
import { hostPackages } from '../../../contract/fleet/api/host-packages.ts';
import type { FleetClient } from '../../../fleet/api/api-client.ts';
import { isForeseen } from '../../../contract/fleet/jobs/action.ts';
import { countOf } from '../../../machdb/views/printable.ts';
import { rolloutLines } from '../output/job-text.ts';
import type { Job } from '../output/job-text.ts';
import { namesOf, planLines, sumOf } from '../output/plan-text.ts';
import type { PlanLimits, PlanSummary } from '../output/plan-text.ts';
import { print } from '../output/print.ts';

/** Lines of each part; a fleet's upgrade can change thousands of packages. */
const MOST_LINES = 20;

export const limitsFor = (id: number, isAll: boolean): PlanLimits => ({
  most: isAll ? Infinity : MOST_LINES,
  more: `gutinteg fleet job ${id} --plan`,
});

/** What hosts were asked besides: lines. */
export type PlanExtras = { readonly present: readonly string[]; readonly lost: readonly string[] };

export function printPlan(job: Job, summary: PlanSummary, { present, lost }: PlanExtras): void {
  const hidden = job.planTotal - job.plans.length;
  const unplanned = job.total - sumOf(job.plans);
  print([
    `job ${job.id}: ${job.title} on ${countOf(job.total, 'host')}; nothing has been changed yet`,
    ...(isForeseen(job.action)
      ? planLines(summary, limitsFor(job.id, false))
      : ['What it changes cannot be foreseen.']),
    ...(hidden <= 0
      ? []
      : [`Not shown: ${countOf(hidden, 'kind')} of ${countOf(unplanned, 'host')}, each kind of few hosts.`]),
    ...present.map((line) => `  ${line}`),
    ...lost,
    ...rolloutLines(job),
  ]);
}

/** `web1 has jq 1.6-3 already`, of the first host on which nothing is to be done. */
export async function presentLines(client: FleetClient, job: Job, { asWanted }: PlanSummary): Promise<string[]> {
  const host = asWanted.find(({ askedOf }) => askedOf !== '')?.askedOf;
  if (host === undefined || (job.action.do !== 'install' && job.action.do !== 'upgrade')) return [];
  const lines: string[] = [];
  for (const name of [...namesOf(job.action)].slice(0, MOST_LINES)) {
    const { packages } = await client.ask(hostPackages, { host, package: name });
    lines.push(...packages.map(({ version }) => `${host} has ${name} ${version} already`));
  }
  return lines;
}
