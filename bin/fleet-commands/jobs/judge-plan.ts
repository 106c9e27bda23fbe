// What a plan leaves to be decided. In: a planned job. Out: whether there is anything to approve, and what would be approved. Never:
// I/O; decides for somebody.
import { isForeseen } from '../../../contract/fleet/jobs/action.ts';
import { countOf } from '../../../machdb/views/printable.ts';
import { countIn } from '../output/job-text.ts';
import type { Job } from '../output/job-text.ts';
import { sumOf, summarizePlans } from '../output/plan-text.ts';
import type { PlanSummary } from '../output/plan-text.ts';

export type PlanVerdict =
  /** Every host is as wanted. */
  | { readonly kind: 'nothing' }
  /** Every host that has anything to do refuses. */
  | { readonly kind: 'impossible' }
  /** `leavesOut`: some hosts cannot do it, and would be left out. */
  | { readonly kind: 'open'; readonly leavesOut: boolean; readonly question: string };

export function judgePlan(job: Job, summary: PlanSummary = summarizePlans(job)): PlanVerdict {
  const notPossible = sumOf(summary.notPossible);
  const left = notPossible + countIn(job.counts, ['refused']);
  const changing = summary.planned - sumOf(summary.asWanted);
  if (isForeseen(job.action) && changing === 0 && unplanned(job) === 0) {
    return left === 0 ? { kind: 'nothing' } : { kind: 'impossible' };
  }
  const hosts = countOf(job.total - left, 'host');
  const without = left === 0 ? '' : `, and leave out ${countOf(left, 'host')}`;
  return { kind: 'open', leavesOut: notPossible > 0, question: `${job.title} on ${hosts}${without}` };
}

/** Hosts of which no plan says what they would change: they have not reported yet, or are of kinds that are not shown. */
export const unplanned = ({ counts, plans }: Pick<Job, 'counts' | 'plans'>): number =>
  Math.max(0, countIn(counts, ['waiting']) - sumOf(plans));
