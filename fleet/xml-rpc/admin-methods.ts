// What an admin may call. In: parameters. Out: values. Each is an operation of the API under the name of Network Wide Updates, so
// rights, checks and the audit log are the same. Never: promises a task that no host can do.
import { z } from 'zod';
import * as accounts from '../../contract/fleet/api/accounts.ts';
import { hostReferenceSchema } from '../../contract/fleet/api/fields.ts';
import { hostPackages } from '../../contract/fleet/api/host-packages.ts';
import * as hosts from '../../contract/fleet/api/hosts.ts';
import { askHost } from '../../contract/fleet/api/tasks.ts';
import type { OutputOf } from '../../contract/fleet/operation.ts';
import type { ListKind } from '../../contract/fleet/inventory.ts';
import { hostQuestionSchema } from '../../contract/fleet/tasks.ts';
import { findHost } from '../hosts/find-host.ts';
import { addJobTask, idOfJob, jobTasks, readJobTask } from './job-tasks.ts';
import { ask, method, nothing, privileges } from './method.ts';
import type { Method, MethodContext } from './method.ts';
import { NO_REPOSITORIES, RpcFault } from './value.ts';
import type { Value } from './value.ts';

const host = hostReferenceSchema;
const account = z.string().max(64);
/** Some libraries have no nil. */
const nobody = z.union([z.null(), z.literal(''), z.literal(0)]);

const MOST_HOSTS = 10_000;

export const adminMethods: Readonly<Record<string, Method>> = {
  get_computer_info: method(z.tuple([z.union([host, nobody])]), async (context, [reference]) => {
    if (typeof reference !== 'string' || reference === '') return describeAll(context);
    const found = await ask(context, hosts.showHost, { host: reference });
    return [describeHost(found)];
  }),
  get_computer_tasks: method(z.tuple([host]), async (context, [reference]) => {
    const { jobs, tasks } = await ask(context, hosts.showHost, { host: reference });
    return [...jobs.map(describeJob), ...tasks.filter(({ kind }) => kind !== 'order').map(describeTask)];
  }),
  get_current_packages: method(z.tuple([host, z.string().max(300)]), (context, [reference, pattern]) =>
    listPackages(context, { reference, pattern, kind: 'installed' }),
  ),
  get_update_candidates: method(z.tuple([host, z.string().max(300)]), (context, [reference, pattern]) =>
    listPackages(context, { reference, pattern, kind: 'candidates' }),
  ),
  get_repositories: method(z.tuple([host, z.string(), z.string()]), () => Promise.reject(NO_REPOSITORIES)),
  get_account: method(z.tuple([account]), async (context, [name]) => {
    const { role, isDisabled, createdAt } = await findAccount(context, name);
    const privilege = role === 'admin' ? privileges.admin : privileges.anonymous;
    return { id: name, name, privilege, role, disabled: isDisabled, created: new Date(createdAt) };
  }),
  get_account_id_by_name: method(
    z.tuple([account]),
    async (context, [name]) => (await findAccount(context, name)).name,
  ),
  get_account_ids: method(nothing, async (context) => (await listAccounts(context)).map(({ name }) => name)),
  delete_account: method(z.tuple([account]), async (context, [name]) => {
    await ask(context, accounts.removeAccount, { name });
    return true;
  }),
  set_privilege: method(
    z.tuple([account, z.literal(Object.values(privileges))]),
    async (context, [name, privilege]) => {
      if (privilege === privileges.agent) throw new RpcFault('not-possible', 'an agent is a host, and no account');
      await ask(context, accounts.setRole, { name, role: privilege === privileges.admin ? 'admin' : 'viewer' });
      return true;
    },
  ),
  get_csr: method(z.tuple([host]), () =>
    Promise.reject(new RpcFault('not-possible', 'requests are not kept: the key of one is the host')),
  ),
  sign_csr: method(z.tuple([host]), async (context, [reference]) => {
    await ask(context, hosts.approveHost, { host: reference });
    return true;
  }),
  add_task: method(z.tuple([host, z.string().max(64), z.unknown()]), async (context, [reference, name, details]) => {
    const action = readJobTask(name, details);
    if (action !== undefined) {
      const found = await findHost(context.fleet.store.queries, reference);
      return idOfJob(await addJobTask(context, found.name, action));
    }
    const { success, data: task } = hostQuestionSchema.safeParse({ kind: name, package: details });
    if (!success) throw new RpcFault('not-possible', noTask(name));
    return (await ask(context, askHost, { host: reference, task })).task;
  }),
};

const questions: readonly string[] = ['refresh', 'files', 'details'];

const noTask = (name: string): string =>
  questions.includes(name)
    ? `the details of the task ${name} are to be the name of a package`
    : `there is no task ${JSON.stringify(name)}: there are ${[...questions, ...jobTasks].join(', ')}`;

type ShownHost = OutputOf<typeof hosts.showHost>;

const describeTask = ({ id, kind, state, createdAt, createdBy }: ShownHost['tasks'][number]): Value => ({
  id,
  action: kind,
  state,
  created: new Date(createdAt),
  created_by: createdBy,
});

/** Network Wide Updates had no results; here, a task says what became of it. */
const describeJob = ({ job, title, state, reason, since }: ShownHost['jobs'][number]): Value => ({
  id: idOfJob(job),
  action: title,
  state,
  reason,
  since: new Date(since),
});

async function describeAll(context: MethodContext): Promise<Value> {
  const described: Value[] = [];
  let after: string | undefined = '';
  while (after !== undefined) {
    const page: OutputOf<typeof hosts.listHosts> = await ask(context, hosts.listHosts, { after, limit: 1000 });
    if (page.total > MOST_HOSTS) {
      throw new RpcFault('not-possible', `${page.total} hosts are too many for one answer; name one, or ask the API`);
    }
    described.push(...page.hosts.map(describeHost));
    after = page.next;
  }
  return described;
}

type HostRow = OutputOf<typeof hosts.listHosts>['hosts'][number];

const describeHost = ({ id, name, os, osVersion, state, findings, lastSeenAt }: HostRow): Value => ({
  id,
  hostname: name,
  os_name: os,
  os_version: osVersion,
  state,
  findings: findings.map(({ text }) => text),
  ...(lastSeenAt === null ? {} : { last_seen: new Date(lastSeenAt) }),
});

async function listPackages(
  context: MethodContext,
  { reference, pattern, kind }: { reference: string; pattern: string; kind: ListKind },
): Promise<Value> {
  // It says better than the list's own question what is wrong with a name.
  const { id } = await findHost(context.fleet.store.queries, reference);
  const input = { host: id, kind, ...(pattern === '' ? {} : { package: pattern }) };
  const { packages } = await ask(context, hostPackages, input);
  return packages.map(({ name, arch, version, flags }) => ({ name, version, architecture: arch, flags }));
}

const listAccounts = async (context: MethodContext) => (await ask(context, accounts.listAccounts, {})).users;

async function findAccount(context: MethodContext, name: string) {
  const found = (await listAccounts(context)).find((each) => each.name === name);
  if (found === undefined) throw new RpcFault('not-found', `there is no account ${name}`);
  return found;
}
