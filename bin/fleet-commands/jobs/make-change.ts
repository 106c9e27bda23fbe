// A word such as `install`, from its options to a job that is approved. In: an action, options. Out: a job, text, an exit code.
// Never: changes a host without a yes.
import type { Action } from '../../../contract/fleet/jobs/action.ts';
import { createJob, showJob } from '../../../contract/fleet/api/jobs.ts';
import type { FleetClient } from '../../../fleet/api/api-client.ts';
import { connect } from '../fleet-options.ts';
import { summarizePlans } from '../output/plan-text.ts';
import { printJson } from '../output/print.ts';
import { askerOfTerminal } from '../read-yes.ts';
import { awaitPlan } from './await-plan.ts';
import type { ChangeOptions } from './change-words.ts';
import type { FlowOptions } from './flow-options.ts';
import { presentLines, printPlan } from './print-plan.ts';
import { askRemovalSizes, orNothing } from './removal-sizes.ts';
import { rolloutOf } from './rollout-options.ts';
import type { RolloutOptions } from './rollout-options.ts';
import { settlePlan } from './settle-plan.ts';
import type { Settled } from './settle-plan.ts';
import { chooseHosts, chooseTestHosts } from './target-options.ts';
import type { TargetOptions } from './target-options.ts';
import { exitCodeOfJob, printEnd, watchJob } from './watch-job.ts';

export type MakeChangeOptions = FlowOptions &
  TargetOptions &
  RolloutOptions &
  ChangeOptions & { readonly dryRun?: true; readonly note?: string };

export async function makeChange(action: Action, options: MakeChangeOptions): Promise<void> {
  const client = await connect(options);
  const hosts = await chooseHosts(client, options);
  const testFirst = options.testFirst === undefined ? undefined : await chooseTestHosts(client, options.testFirst);
  const { job: id } = await client.ask(createJob, {
    action,
    hosts,
    ...(options.only === undefined ? {} : { only: options.only }),
    ...(options.note === undefined ? {} : { note: options.note }),
    rollout: rolloutOf(options, testFirst),
  });
  await planAndSettle(client, id, options);
}

/** Text is for people, so with --json only the job as it is at the end is printed. */
export async function planAndSettle(client: FleetClient, id: number, options: MakeChangeOptions): Promise<void> {
  const isJson = options.json === true;
  const tell = (line: string): void => void process.stderr.write(`${line}\n`);
  const job = await planAndPrint(client, id, options);
  const settled: Settled =
    job.state === 'planned'
      ? await settlePlan({ client, tell }, job, {
          yes: options.yes === true,
          despiteRefusals: options.despiteRefusals === true,
          isDryRun: options.dryRun === true,
          ask: isJson ? undefined : askerOfTerminal(),
        })
      : 'left';
  if (settled === 'approved' && options.wait === true) {
    const ended = await watchJob(client, id);
    if (!isJson) await printEnd(client, ended);
    process.exitCode = exitCodeOfJob(ended);
  }
  if (isJson) printJson(await client.ask(showJob, { job: id }));
}

async function planAndPrint(client: FleetClient, id: number, { timeout, json }: MakeChangeOptions) {
  const { action } = await client.ask(showJob, { job: id });
  const names = action.do === 'remove' ? action.packages.map(({ name }) => name) : [];
  const sizes = askRemovalSizes(client, names);
  const job = await awaitPlan({ client, id, timeoutSeconds: timeout, onAsked: (host) => orNothing(sizes.ask(host)) });
  if (json === true) return job;
  const summary = summarizePlans(job);
  printPlan(job, summary, { present: await presentLines(client, job, summary), lost: await sizes.read() });
  return job;
}
