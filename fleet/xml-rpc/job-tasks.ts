// The tasks of Network Wide Updates that change a host, as jobs of this one host. In: a task's name and details. Out: an action; the
// job, approved. Never: for several hosts, as a task has no roll-out; who wants one asks the API.
import { actionSchema } from '../../contract/fleet/jobs/action.ts';
import type { Action } from '../../contract/fleet/jobs/action.ts';
import { createJob, planJob } from '../../contract/fleet/api/jobs.ts';
import { ask } from './method.ts';
import type { MethodContext } from './method.ts';
import { RpcFault } from './value.ts';

type Names = readonly { readonly name: string }[];

const ofPackages = (verb: string) => (packages: Names) => ({ do: verb, packages });
/** It takes no details. */
const ofHost = (action: object) => () => action;

const actions: Readonly<Record<string, (packages: Names) => object>> = {
  install: ofPackages('install'),
  forceinstall: ofPackages('install'),
  remove: ofPackages('remove'),
  upgrade: (packages) => ({ do: 'upgrade', ...(packages.length === 0 ? {} : { packages }) }),
  update: ofHost({ do: 'update-lists' }),
  hold: ofPackages('hold'),
  unhold: ofPackages('unhold'),
  repair: ofHost({ do: 'repair' }),
  reboot: ofHost({ do: 'reboot', ifNeeded: false }),
};

/** For people. */
export const jobTasks: readonly string[] = Object.keys(actions);

/**
 * @param details names of packages, as a list or as a text with blanks
 * @returns undefined for a task that is none of these @throws RpcFault for details that it cannot take
 */
export function readJobTask(task: string, details: unknown): Action | undefined {
  const toAction = Object.hasOwn(actions, task) ? actions[task] : undefined;
  if (toAction === undefined) return undefined;
  const { data, error } = actionSchema.safeParse(toAction(namesOf(details).map((name) => ({ name }))));
  if (data !== undefined) return data;
  const words = `the details of the task ${task} are to be names of packages`;
  throw new RpcFault('invalid-parameters', `${words}: ${error?.issues[0]?.message}`);
}

function namesOf(details: unknown): readonly string[] {
  if (Array.isArray(details)) return details.map(String);
  return typeof details === 'string' ? details.split(/\s+/).filter((word) => word !== '') : [];
}

/**
 * Whoever may add a task is admin, so the call is the approval, too: before the plan is known, as a task was. What the host cannot do,
 * it refuses in words.
 * @returns the job's number
 */
export async function addJobTask(context: MethodContext, host: string, action: Action): Promise<number> {
  const spec = { action, hosts: `name=${host}`, approval: 'given', note: 'by XML-RPC' } as const;
  const { job } = await ask(context, createJob, spec);
  await ask(context, planJob, { job });
  return job;
}

/** A task's id is a number, so that of a job is none. */
export const idOfJob = (job: number): string => `job-${job}`;
