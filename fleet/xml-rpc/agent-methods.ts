// What an agent of Network Wide Updates calls of its own host. In: parameters of a host whose certificate was good. Out: values. Its
// lists are stored as those of every other host. Never: touches another host; takes a task away before it is done.
import { z } from 'zod';
import { storeAgentFacts, storeAgentList } from './agent-reports.ts';
import type { Packages } from './agent-reports.ts';
import { method, nothing } from './method.ts';
import type { Method, MethodContext } from './method.ts';
import { NO_REPOSITORIES, RpcFault } from './value.ts';
import type { Value } from './value.ts';

const packages = z.array(z.object({ name: z.string(), version: z.string(), architecture: z.string().default('') }));
const names = z.array(z.string());
const noRepositories = (params: z.ZodType<readonly unknown[]>): Method =>
  method(params, () => Promise.reject(NO_REPOSITORIES));

export const agentMethods: Readonly<Record<string, Method>> = {
  create_computer: method(z.tuple([z.string().max(255), z.string().max(64), z.string().max(64)]), (context, params) => {
    const [hostname, os, osVersion] = params;
    return storeAgentFacts(context.fleet, hostOf(context), { hostname, os, osVersion });
  }),
  get_computer_id: method(nothing, (context) => Promise.resolve(hostOf(context))),
  get_table_checksum: method(z.tuple([z.string().max(64)]), async (context, [table]) => {
    if (table === 'repositories') throw NO_REPOSITORIES;
    const { installedDigest, candidatesDigest } = await readDigests(context);
    const digest = { current_packages: installedDigest, update_candidates: candidatesDigest }[table] ?? '';
    if (digest === '') throw new RpcFault('not-found', `this host has not sent ${table}`);
    return digest;
  }),
  get_tasks: method(nothing, readTasks),
  set_update_candidates: method(z.tuple([packages]), (context, [all]) => store(context, 'candidates', { all })),
  update_current_packages: method(z.tuple([packages, names]), (context, [added, removed]) =>
    store(context, 'installed', { added, removed }),
  ),
  update_update_candidates: method(z.tuple([packages, names]), (context, [added, removed]) =>
    store(context, 'candidates', { added, removed }),
  ),
  wipe_update_candidates: method(nothing, (context) => store(context, 'candidates', 'wipe')),
  wipe_current_packages: method(nothing, (context) => store(context, 'installed', 'wipe')),
  set_repositories: noRepositories(z.tuple([z.unknown()])),
  wipe_repositories: noRepositories(nothing),
};

/** An admin may call what agents may, and has no host. */
function hostOf({ caller: { hostId } }: MethodContext): string {
  if (hostId === undefined) throw new RpcFault('not-found', 'whoever calls is no host');
  return hostId;
}

async function store(context: MethodContext, kind: 'installed' | 'candidates', change: Packages): Promise<Value> {
  await storeAgentList(context.fleet, { hostId: hostOf(context), kind }, change);
  return true;
}

const readDigests = (context: MethodContext) =>
  context.fleet.store.queries
    .selectFrom('hosts')
    .select(['installedDigest', 'candidatesDigest'])
    .where('id', '=', hostOf(context))
    .executeTakeFirstOrThrow();

const detailsSchema = z.object({ package: z.string().default('') });

async function readTasks(context: MethodContext): Promise<Value> {
  const rows = await context.fleet.store.queries
    .selectFrom('tasks')
    .select(['id', 'kind', 'taskJson'])
    .where('host', '=', hostOf(context))
    .where('endedAt', 'is', null)
    .orderBy('id')
    .execute();
  return rows.map(({ id, kind, taskJson }) => {
    return { id, action: kind, details: detailsSchema.parse(JSON.parse(taskJson)).package };
  });
}
