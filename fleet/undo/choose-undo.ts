// A job that takes another one back, host by host. In: the number of a job that has ended. Out: hosts, each with its own action or the
// reason why it has none, and warnings for people. Never: writes. Hosts with the same report and the same list are looked at once.
import { createHash } from 'node:crypto';
import { isForeseen } from '../../contract/fleet/jobs/action.ts';
import type { Action, ActionKind, PackageChangeRecord } from '../../contract/fleet/jobs/action.ts';
import type { JobSpec, JobState } from '../../contract/fleet/jobs/job.ts';
import type { Fleet } from '../fleet.ts';
import { readNamed } from '../inventories/read-named.ts';
import { titleOfAction } from '../jobs/action-kinds.ts';
import type { ChosenHost } from '../jobs/choose-hosts.ts';
import { readChanges, readJob } from '../jobs/job-rows.ts';
import type { Job } from '../jobs/job-rows.ts';
import { OperationError } from '../operations/operation-error.ts';
import type { Queries } from '../store/open-store.ts';
import { planUndo } from './plan-undo.ts';
import type { Undo } from './plan-undo.ts';

export type ChosenUndo = {
  readonly spec: JobSpec;
  readonly hosts: readonly ChosenHost[];
  readonly variants: ReadonlyMap<string, Action>;
  readonly warnings: readonly string[];
};

/** True of every undo: scripts of packages work in the direction of an upgrade alone. */
const SCRIPTS =
  'programs that packages run when they are upgraded are not undone: data that a newer version has converted may be unreadable ' +
  'for the older one; try it on one host first';

const ENDED: ReadonlySet<JobState> = new Set(['done', 'cancelled', 'halted', 'paused']);

/** @throws OperationError while hosts are at work on it, when it is undone already, or nothing of it can be undone */
export function requireEnded({ id, state, openLeases }: Job): void {
  if (ENDED.has(state) && openLeases === 0) return;
  const why = openLeases > 0 ? `${openLeases} of its hosts are at work` : `it is ${state}`;
  throw new OperationError('conflict', `job ${id} cannot be undone yet: ${why}; no job was made`, {
    hint: ENDED.has(state) ? `gutinteg fleet job ${id}` : `gutinteg fleet halt ${id}`,
  });
}

export async function chooseUndo({ store: { queries } }: Fleet, id: number): Promise<ChosenUndo> {
  const job = await readJob(queries, id);
  const { action } = job.spec;
  const title = titleOfAction(action);
  requireEnded(job);
  if (!isForeseen(action)) {
    throw new OperationError('conflict', `job ${id} (${title}) is none that is undone by packages; no job was made`, {
      hint: OPPOSITES[action.do] ?? `gutinteg fleet job ${id}`,
    });
  }
  await refuseTwin(queries, id);
  const rows = await readRows(queries, id);
  const undos = await planAll(queries, rows);
  const hosts: ChosenHost[] = [];
  const leftOut: LeftOut[] = [];
  const variants = new Map<string, Action>();
  for (const row of rows) {
    const undo = row.isSilent ? SILENT : (undos.get(keyOf(row)) ?? NOTHING);
    if (undo.kind === 'nothing') continue;
    if (undo.kind === 'refused') {
      hosts.push({ id: row.host, ring: row.ring, refused: undo.why });
      leftOut.push({ name: row.name, why: undo.why });
    } else {
      const variant = variantOf(undo.action);
      variants.set(variant, undo.action);
      hosts.push({ id: row.host, ring: row.ring, variant });
    }
  }
  const warnings = warningsOf(leftOut, { hosts: hosts.length, job, title });
  return { spec: specOf(job, [...variants.values()]), hosts, variants, warnings };
}

const OPPOSITES: Readonly<Partial<Record<ActionKind, string>>> = {
  hold: 'gutinteg fleet unhold',
  unhold: 'gutinteg fleet hold',
};

const SILENT: Undo = { kind: 'refused', why: 'it has never said what the job changed there' };
const NOTHING: Undo = { kind: 'nothing' };

/**
 * Decides only in a transaction that has the lock of job `id`: of two undos at once, the second sees the first. A cancelled one whose
 * hosts are at work counts, too; one that is being made does not yet.
 * @throws OperationError when another job undoes it
 */
export async function refuseTwin(queries: Queries, id: number): Promise<void> {
  const twins = queries.selectFrom('jobs').select(['id', 'state', 'openLeases']).where('undoes', '=', id);
  const open = twins.where((eb) => eb.or([eb('state', 'not in', ['done', 'cancelled']), eb('openLeases', '>', 0)]));
  const twin = await open.where('total', '>', 0).orderBy('id').executeTakeFirst();
  if (twin === undefined) return;
  const { openLeases } = twin;
  const work = openLeases === 0 ? '' : `, and on which ${openLeases} ${openLeases === 1 ? 'host works' : 'hosts work'}`;
  const which = `job ${twin.id}, which is ${twin.state}${work}`;
  throw new OperationError('conflict', `${which}, undoes job ${id}; no job was made`, {
    hint: `gutinteg fleet job ${twin.id}`,
  });
}

type Row = {
  readonly host: string;
  readonly name: string;
  readonly ring: number;
  readonly plan: number | null;
  readonly changesJson: string | null;
  readonly installedSet: number | null;
  /** It began, and was not heard of again. */
  readonly isSilent: boolean;
};

async function readRows(queries: Queries, job: number): Promise<Row[]> {
  const rows = await queries
    .selectFrom('jobHosts')
    .innerJoin('hosts', 'hosts.id', 'jobHosts.host')
    .select([
      'jobHosts.host',
      'jobHosts.ring',
      'jobHosts.plan',
      'jobHosts.changesJson',
      'hosts.installedSet',
      'hosts.name',
    ])
    .select(({ eb }) => [eb('jobHosts.resultJson', 'is', null).as('isSilent')])
    .where('jobHosts.job', '=', job)
    .where('jobHosts.state', 'in', ['done', 'failed', 'lost'])
    .where('jobHosts.task', 'is not', null)
    .where('hosts.state', '=', 'enrolled')
    .orderBy('jobHosts.host')
    .execute();
  return rows.map((row) => ({ ...row, isSilent: Boolean(row.isSilent) }));
}

const keyOf = ({ plan, changesJson, installedSet }: Row): string =>
  JSON.stringify([changesJson ?? plan, typeof changesJson, installedSet]);

async function planAll(queries: Queries, rows: readonly Row[]): Promise<ReadonlyMap<string, Undo>> {
  const undos = new Map<string, Undo>();
  for (const row of rows) {
    const key = keyOf(row);
    if (row.isSilent || undos.has(key)) continue;
    const changes = await changesOf(queries, row);
    const names = [...new Set(changes.map(({ name }) => name))];
    undos.set(key, planUndo(changes, await readNamed(queries, row.installedSet, names)));
  }
  return undos;
}

/** By its report, which is stored only where it is not what was planned. */
async function changesOf(queries: Queries, { plan, changesJson }: Row): Promise<PackageChangeRecord[]> {
  if (changesJson !== null || plan === null) return readChanges(changesJson ?? '[]');
  const planned = queries.selectFrom('jobPlans').select('changesJson').where('id', '=', plan);
  return readChanges((await planned.executeTakeFirst())?.changesJson ?? '[]');
}

/** Hosts that do the same have the same one. */
const variantOf = (action: Action): string =>
  createHash('sha256').update(JSON.stringify(action)).digest('base64url').slice(0, 22);

const MOST_CHANGES = 5000;

/** As carefully as the job itself; what it does is, for people, all that any host does. */
function specOf({ spec }: Job, actions: readonly Action[]): JobSpec {
  const all = actions.flatMap((action) => (action.do === 'restore' ? action.changes : []));
  const distinct = [...new Map(all.map((change) => [JSON.stringify(change), change])).values()];
  return {
    action: { do: 'restore', changes: distinct.slice(0, MOST_CHANGES) },
    hosts: spec.hosts,
    only: 'all',
    note: '',
    approval: 'asked',
    rollout: spec.rollout,
  };
}

type LeftOut = { readonly name: string; readonly why: string };

/** What people have to know before they say yes. @throws OperationError when nothing is left to do */
function warningsOf(
  leftOut: readonly LeftOut[],
  { hosts, job: { id }, title }: { hosts: number; job: Job; title: string },
): string[] {
  if (hosts === leftOut.length) {
    const [first] = leftOut;
    const why = first === undefined ? 'its hosts are as they were before' : `on every host: ${first.why}`;
    throw new OperationError('conflict', `nothing of job ${id} (${title}) can be undone: ${why}; no job was made`, {
      hint: `gutinteg fleet job ${id} --hosts`,
    });
  }
  return [SCRIPTS, ...nameLeftOut(leftOut)];
}

/** Reasons that are shown; the job itself has them all. */
const MOST_REASONS = 5;

function nameLeftOut(leftOut: readonly LeftOut[]): string[] {
  const reasons = [...Map.groupBy(leftOut, ({ why }) => why)].toSorted(
    ([, left], [, right]) => right.length - left.length,
  );
  const lines = reasons.slice(0, MOST_REASONS).map(([why, hosts]) => {
    const name = hosts[0]?.name ?? '';
    return `left out: ${hosts.length === 1 ? name : `${hosts.length} hosts such as ${name}`}: ${why}`;
  });
  const rest = reasons.slice(MOST_REASONS).reduce((sum, [, hosts]) => sum + hosts.length, 0);
  return rest === 0 ? lines : [...lines, `left out for other reasons: ${rest} ${rest === 1 ? 'host' : 'hosts'}`];
}
