// What a plan leaves to be decided. In: a planned job. Out: whether there is anything to approve, and what would be approved. Never:
// I/O; decides for somebody.
import { isForeseen } from '../../../contract/fleet/jobs/action.ts';
import { countOf } from '../../../machdb/views/printable.ts';
import { countIn } from '../output/job-text.ts';
import type { Job } from '../output/job-text.ts';
import { sumOf } from '../output/summarize-plans.ts';
import type { PlanSummary } from '../output/summarize-plans.ts';

export type PlanVerdict =
  /** Every host is as wanted. */
  | { readonly kind: 'nothing' }
  /** Every host that has anything to do refuses. */
  | { readonly kind: 'impossible' }
  /** `leavesOut`: some hosts cannot do it, and would be left out. */
  | { readonly kind: 'open'; readonly leavesOut: boolean; readonly question: string };

export function judgePlan(job: Job, summary: PlanSummary): PlanVerdict {
  const notPossible = sumOf(summary.notPossible);
  const left = notPossible + countIn(job.counts, ['refused']);
  if (isForeseen(job.action) && summary.changing === 0 && unplanned(job, summary) === 0) {
    return left === 0 ? { kind: 'nothing' } : { kind: 'impossible' };
  }
  const hosts = countOf(job.total - left, 'host');
  const without = left === 0 ? '' : `, and leave out ${countOf(left, 'host')}`;
  return { kind: 'open', leavesOut: notPossible > 0, question: `${job.title} on ${hosts}${without}` };
}

/** Hosts of which no plan says what they would change, as they have not reported yet. */
export const unplanned = ({ counts }: Pick<Job, 'counts'>, { hosts }: PlanSummary): number =>
  Math.max(0, countIn(counts, ['waiting']) - hosts);
