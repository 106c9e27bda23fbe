// All plans of a job, summed up. In: a job. Out: a summary. Never: more of them at once than a page has.
import { listJobPlans } from '../../../contract/fleet/api/jobs.ts';
import type { FleetClient } from '../../../fleet/api/api-client.ts';
import type { Job } from '../output/job-text.ts';
import { collectPlans } from '../output/summarize-plans.ts';
import type { PlanSummary } from '../output/summarize-plans.ts';
import { readPages } from '../read-pages.ts';

const PAGE = 200;

export async function readPlans(client: FleetClient, { id, action, plans, planTotal }: Job): Promise<PlanSummary> {
  const { add, summary } = collectPlans(action);
  if (planTotal <= plans.length) add(plans);
  else {
    const ask = (page: { readonly after?: string }) => client.ask(listJobPlans, { job: id, limit: PAGE, ...page });
    for await (const page of readPages(ask)) add(page.plans);
  }
  return summary();
}
