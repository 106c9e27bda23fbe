// A word such as `install`, from its options to a job that is approved. In: an action, options. Out: a job, text, an exit code.
// Never: changes a host without a yes.
import type { Action } from '../../../contract/fleet/jobs/action.ts';
import { createJob, listJobs, showJob } from '../../../contract/fleet/api/jobs.ts';
import type { JobState } from '../../../contract/fleet/jobs/job.ts';
import type { FleetClient } from '../../../fleet/api/api-client.ts';
import { connect } from '../fleet-options.ts';
import { printJson } from '../output/print.ts';
import { askerOfTerminal } from '../read-yes.ts';
import { awaitPlan } from './await-plan.ts';
import type { ChangeOptions } from './change-words.ts';
import type { FlowOptions } from './flow-options.ts';
import { presentLines, printPlan } from './print-plan.ts';
import { askRemovalSizes, readRemovalSizes } from './removal-sizes.ts';
import { readPlans } from './read-plans.ts';
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
  await tellTwin(client, id);
  await planAndSettle(client, id, options);
}

/** Whoever was cut off and types the same again makes a second job, and is told of the first. */
async function tellTwin(client: FleetClient, id: number): Promise<void> {
  const { jobs } = await client.ask(listJobs, {});
  const { title } = jobs.find((job) => job.id === id) ?? {};
  const twin = jobs.find((job) => job.id < id && job.title === title && OPEN.has(job.state));
  if (twin === undefined) return;
  process.stderr.write(
    `note: job ${twin.id}, ${twin.title}, is ${twin.state}; gutinteg fleet job ${twin.id} shows it\n`,
  );
}

const OPEN: ReadonlySet<JobState> = new Set(['planning', 'planned', 'approved', 'running', 'paused', 'halted']);

/** Text is for people, so with --json only the job as it is at the end is printed. */
export async function planAndSettle(client: FleetClient, id: number, options: MakeChangeOptions): Promise<void> {
  const isJson = options.json === true;
  const tell = (line: string): void => void process.stderr.write(`${line}\n`);
  const planned = await planAndPrint(client, id, options);
  const settled: Settled =
    planned.job.state === 'planned'
      ? await settlePlan({ client, tell }, planned, {
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
  const { action, spec } = await client.ask(showJob, { job: id });
  const names = action.do === 'remove' ? action.packages.map(({ name }) => name) : [];
  const asked = await askRemovalSizes(client, { names, hosts: spec.hosts });
  const job = await awaitPlan({ client, id, timeoutSeconds: timeout });
  const summary = await readPlans(client, job);
  if (json === true) return { job, summary };
  const present = await presentLines(client, job, summary);
  printPlan(job, summary, { present, lost: await readRemovalSizes(client, asked) });
  return { job, summary };
}
