// Jobs as people ask for them. In: a number, options. Out: text or JSON, and the exit code of a job that was waited for. Never:
// changes one.
import type { z } from 'zod';
import { listJobHosts, listJobs, showJob } from '../../../contract/fleet/api/jobs.ts';
import type { JobHostState, JobState } from '../../../contract/fleet/jobs/job.ts';
import type { FleetClient } from '../../../fleet/api/api-client.ts';
import { UserError } from '../../../lib/errors.ts';
import { connect } from '../fleet-options.ts';
import type { FleetOptions } from '../fleet-options.ts';
import { JOB_HEADER, jobCells, jobHostDetails, jobHostLines, jobLines } from '../output/job-text.ts';
import type { Job } from '../output/job-text.ts';
import { planLines } from '../output/plan-text.ts';
import { print, printJson, printTable } from '../output/print.ts';
import { readPages, readWhole } from '../read-pages.ts';
import { readPlans } from './read-plans.ts';
import { limitsFor } from './print-plan.ts';
import { exitCodeOfJob, printEnd, troubleLines, watchJob } from './watch-job.ts';

export type JobsOptions = FleetOptions & { readonly only?: JobState; readonly limit: number };

export async function showJobs({ only: state, limit, ...options }: JobsOptions): Promise<void> {
  const client = await connect(options);
  const input = { ...(state === undefined ? {} : { state }), limit: Math.min(limit, 1000) };
  const answer = await client.ask(listJobs, input);
  if (options.json === true) return printJson(answer);
  if (answer.jobs.length === 0) {
    return print([
      `no ${state === undefined ? '' : `${state} `}job; gutinteg fleet upgrade --help says how one is made`,
    ]);
  }
  const now = Date.now();
  printTable(
    JOB_HEADER,
    answer.jobs.map((job) => jobCells(job, now)),
  );
  const more = answer.total - answer.jobs.length;
  if (more > 0) print([`${more} older; --limit ${answer.total} shows all`]);
}

export type ShowJobOptions = FleetOptions & {
  readonly plan?: true;
  readonly hosts?: true;
  readonly only?: JobHostState;
  readonly host?: string;
};

export async function showOneJob(id: number, options: ShowJobOptions): Promise<void> {
  const client = await connect(options);
  if (options.host !== undefined) return showJobHost(client, id, { ...options, host: options.host });
  if (options.hosts === true || options.only !== undefined) return showHosts(client, id, options);
  const job = await client.ask(showJob, { job: id });
  if (options.json === true) return printJson(job);
  print([
    ...jobLines(job, Date.now()),
    ...planLines(await readPlans(client, job), limitsFor(id, options.plan === true)),
  ]);
  print(await troubleLines(client, job));
  print(nextLines(job));
}

const nextLines = ({ id, state }: Job): string[] => {
  const next: Partial<Record<JobState, string>> = {
    draft: `gutinteg fleet plan ${id}`,
    planned: `gutinteg fleet approve ${id}, or gutinteg fleet cancel ${id}`,
    running: `gutinteg fleet wait ${id}, pause, or halt`,
    paused: `gutinteg fleet resume ${id}, or cancel`,
    halted: `gutinteg fleet resume ${id}, or cancel`,
  };
  return next[state] === undefined ? [] : [`next: ${next[state]}`];
};

type HostPage = z.output<typeof listJobHosts.output>;

const pagesOf = (client: FleetClient, id: number, state: JobHostState | undefined) => {
  const input = { job: id, limit: 1000, ...(state === undefined ? {} : { state }) };
  return (page: { readonly after?: string }): Promise<HostPage> => client.ask(listJobHosts, { ...input, ...page });
};

async function showHosts(client: FleetClient, id: number, { only: state, json }: ShowJobOptions): Promise<void> {
  if (json === true) return printJson(await readWhole('hosts', pagesOf(client, id, state)));
  const now = Date.now();
  let count = 0;
  for await (const { hosts } of readPages(pagesOf(client, id, state))) {
    count += hosts.length;
    print(hosts.flatMap((host) => jobHostLines(host, now)));
  }
  if (count === 0) print([`no host of job ${id} is ${state ?? 'in it'}`]);
}

async function showJobHost(
  client: FleetClient,
  id: number,
  { host, json }: ShowJobOptions & { readonly host: string },
): Promise<void> {
  const { hosts } = await client.ask(listJobHosts, { job: id, host });
  const [found] = hosts;
  if (found !== undefined) {
    if (json === true) printJson(found);
    else print(jobHostDetails(found, Date.now()));
    return;
  }
  throw new UserError(`${host} is not a host of job ${id}`, { exitCode: 2, hint: `gutinteg fleet job ${id} --hosts` });
}

export type WaitForJobOptions = FleetOptions & { readonly timeout?: number };

export async function waitForJob(id: number, options: WaitForJobOptions): Promise<void> {
  const client = await connect(options);
  const job = await watchJob(client, id, options.timeout);
  process.exitCode = exitCodeOfJob(job);
  if (options.json === true) return printJson(job);
  await printEnd(client, job);
}
