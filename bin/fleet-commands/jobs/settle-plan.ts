// From a planned job to a yes or a no. In: the job, what was consented to. Out: whether it was approved. Never: approves what
// nobody has agreed to: without a terminal and without --yes, it says which command does.
import { approveJob, controlJob } from '../../../contract/fleet/api/jobs.ts';
import type { FleetClient } from '../../../fleet/api/api-client.ts';
import { UserError } from '../../../lib/errors.ts';
import type { Job } from '../output/job-text.ts';
import { sumOf } from '../output/summarize-plans.ts';
import type { PlanSummary } from '../output/summarize-plans.ts';
import { judgePlan } from './judge-plan.ts';

export type Consent = {
  readonly yes: boolean;
  readonly despiteRefusals: boolean;
  readonly isDryRun: boolean;
  /** Undefined where nobody can be asked. */
  readonly ask: ((question: string) => Promise<boolean>) | undefined;
};

export type Settled = 'approved' | 'left' | 'cancelled';

/** Says on `tell` what became of it. @throws UserError when no host can do it, or some refuse and nobody agreed to that */
export async function settlePlan(
  { client, tell }: { readonly client: FleetClient; readonly tell: (line: string) => void },
  { job, summary }: { readonly job: Job; readonly summary: PlanSummary },
  { yes, despiteRefusals, isDryRun, ask }: Consent,
): Promise<Settled> {
  const { id } = job;
  const cancel = async (why: string): Promise<void> =>
    void (await client.ask(controlJob, { job: id, command: 'cancel', why }));
  const verdict = judgePlan(job, summary);
  if (verdict.kind === 'nothing') {
    await cancel('nothing to do');
    tell(`every host is as wanted: there is nothing to do, and job ${id} is cancelled`);
    return 'cancelled';
  }
  if (verdict.kind === 'impossible') {
    await cancel('no host can do it');
    throw new UserError(`no host can do it, see above; nothing was changed, and job ${id} is cancelled`);
  }
  if (isDryRun) {
    await cancel('a dry run');
    tell(`a dry run: nothing was changed, and job ${id} is cancelled`);
    return 'cancelled';
  }
  const next = `gutinteg fleet approve ${id}${verdict.leavesOut ? ' --despite-refusals' : ''}`;
  if (yes && verdict.leavesOut && !despiteRefusals) {
    const count = sumOf(summary.notPossible);
    throw new UserError(
      `job ${id} waits, as ${count === 1 ? '1 host' : `${count} hosts`} cannot do it, see above; nothing was changed`,
      {
        hint: `${next} leaves them out; gutinteg fleet cancel ${id} drops it`,
      },
    );
  }
  if (!yes && ask === undefined) {
    tell(`nothing was changed. To go on: ${next}. To drop it: gutinteg fleet cancel ${id}`);
    return 'left';
  }
  if (!yes && ask !== undefined && !(await ask(verdict.question))) {
    tell(`nothing was changed, and job ${id} stays planned. Later: ${next}, or gutinteg fleet cancel ${id}`);
    return 'left';
  }
  await approve(client, { id, leavesOut: verdict.leavesOut, next });
  tell(`job ${id} is approved: hosts begin when they check in. gutinteg fleet wait ${id} shows how far it is`);
  return 'approved';
}

/** Whoever may make a job may not always approve it: it is not lost, and somebody else goes on. */
async function approve(
  client: FleetClient,
  { id, leavesOut, next }: { readonly id: number; readonly leavesOut: boolean; readonly next: string },
): Promise<void> {
  try {
    await client.ask(approveJob, { job: id, despiteRefusals: leavesOut });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(`${error.message}; nothing was changed, and job ${id} stays planned`, {
      exitCode: error.exitCode,
      hint: `somebody who may approve types: ${next}`,
    });
  }
}
