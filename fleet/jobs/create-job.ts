// A new job, from what it is to do and where to rows. In: a specification, who makes it. Out: a draft. Never: changes a host, or
// decides how it goes on. 110,000 hosts are a few dozen statements.
import { sql } from 'kysely';
import type { Action } from '../../contract/fleet/jobs/action.ts';
import type { JobHostState, JobSpec } from '../../contract/fleet/jobs/job.ts';
import { resolveSelectors } from '../classes/resolve-selector.ts';
import type { SelectedHost } from '../classes/resolve-selector.ts';
import type { Fleet } from '../fleet.ts';
import { requirePackageFiles } from '../package-files/require-package-files.ts';
import { OperationError } from '../operations/operation-error.ts';
import type { StoreTransaction } from '../store/open-store.ts';
import { askedNames, suitsImages, titleOfAction } from './action-kinds.ts';
import { setOpening } from '../schedules/set-opening.ts';
import { planRings } from './plan-rings.ts';

/** A host and its ring; `refused`: nothing is done there, for this reason. */
export type ChosenHost = {
  readonly id: string;
  readonly ring: number;
  readonly refused?: string;
  /** A key of `variants` of the job; empty: it does what the job says. */
  readonly variant?: string;
};

/** Finds its hosts: this may take seconds, and needs no transaction. @throws OperationError when there are none */
export async function chooseHosts(fleet: Fleet, spec: JobSpec): Promise<ChosenHost[]> {
  await requirePackageFiles(fleet, spec.action);
  const { hosts, rollout, action } = spec;
  const { testFirst } = rollout;
  const [all = [], test = []] = await resolveSelectors(fleet, testFirst === undefined ? [hosts] : [hosts, testFirst]);
  const chosen = await onlyAsked(fleet, spec, all);
  if (all.length > 0 && chosen.length === 0) throw noneAsked(spec, all.length);
  if (chosen.length === 0)
    throw badSpec(`no host fits ${hosts.slice(0, 200)}`, `gutinteg fleet hosts --class "${hosts.slice(0, 200)}"`);
  const testIds = new Set(test.map(({ id }) => id));
  const isTest = ({ id }: SelectedHost): boolean => testIds.has(id);
  if (testFirst !== undefined && !chosen.some(isTest)) {
    throw badSpec(
      `none of its ${chosen.length} hosts fits ${testFirst}, which would be first`,
      'name test hosts among its hosts',
    );
  }
  const rings = planRings(
    chosen.filter((host) => !isTest(host)),
    rollout.rings,
  );
  const refused = suitsImages(action) ? {} : { refused: 'gutinteg keeps the files of its image (OSMODE=image)' };
  return chosen.map(({ id, mode }) => ({ id, ring: rings.get(id) ?? 0, ...(mode === 'image' ? refused : {}) }));
}

const badSpec = (message: string, hint: string): OperationError =>
  new OperationError('bad-input', `${message}; no job was made`, { hint });

function noneAsked({ hosts, only, action }: JobSpec, count: number): OperationError {
  const names = (askedNames(action) ?? []).slice(0, 5).join(', ');
  const which = only === 'with' ? `has ${names}` : `is without ${names}`;
  return badSpec(`none of the hosts of ${hosts.slice(0, 200)} (${count}) ${which}`, 'leave --only out');
}

/** Hosts that have all of its packages already, or that do not. */
async function onlyAsked(fleet: Fleet, { only, action }: JobSpec, hosts: readonly SelectedHost[]) {
  if (only === 'all') return hosts;
  const names = askedNames(action);
  if (names === undefined)
    throw badSpec(`"${titleOfAction(action)}" is not for hosts with or without a package`, 'leave --only out');
  let having: readonly SelectedHost[] = hosts;
  for (const name of names) {
    const sets = new Set(await fleet.ask('sets-with-package', { kind: 'installed', package: name }));
    having = having.filter(({ installedSet }) => installedSet !== null && sets.has(installedSet));
  }
  if (only === 'with') return having;
  const haveIt = new Set(having);
  return hosts.filter((host) => !haveIt.has(host));
}

export type NewJob = {
  readonly spec: JobSpec;
  readonly hosts: readonly ChosenHost[];
  readonly by: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly undoes?: number;
  readonly schedule?: string;
  /** What some of the hosts do in place of the job's action. */
  readonly variants?: ReadonlyMap<string, Action>;
};

/** @returns its number, and how many hosts it is for @throws OperationError when none of them takes part any more */
export async function insertJob(transaction: StoreTransaction, job: NewJob): Promise<{ job: number; hosts: number }> {
  const id = await insertRow(transaction, job);
  const variants = [...(job.variants ?? [])].map(([variant, action]) => {
    return { job: id, variant, actionJson: JSON.stringify(action) };
  });
  for (let start = 0; start < variants.length; start += ROWS) {
    await transaction
      .insertInto('jobVariants')
      .values(variants.slice(start, start + ROWS))
      .execute();
  }
  await setOpening({ transaction, at: job.at }, { id, spec: job.spec });
  for (const group of groupHosts(job.hosts)) await insertHosts(transaction, { id, at: job.at }, group);
  await countHosts(transaction, id);
  const counts = await transaction.selectFrom('jobCounts').select(['ring', 'hosts']).where('job', '=', id).execute();
  const totalOf = (ring?: number): number =>
    counts.filter((each) => ring === undefined || each.ring === ring).reduce((sum, { hosts }) => sum + hosts, 0);
  const rings = [...Array.from({ length: job.spec.rollout.rings.length + 1 }).keys()].map((ring) => {
    return { job: id, ring, total: totalOf(ring), openedAt: null, lastEndedAt: null };
  });
  await transaction.insertInto('jobRings').values(rings).execute();
  const total = totalOf();
  if (total === 0) throw badSpec('none of its hosts takes part any more', 'gutinteg fleet hosts');
  const budget = job.spec.rollout.budget ?? Math.max(1, Math.floor(total / 100));
  await transaction.updateTable('jobs').set({ total, budget }).where('id', '=', id).execute();
  return { job: id, hosts: total };
}

async function countHosts(transaction: StoreTransaction, job: number): Promise<void> {
  const counts = transaction
    .selectFrom('jobHosts')
    .select(({ fn }) => ['job', 'ring', 'state', fn.countAll<number>().as('hosts')])
    .where('job', '=', job)
    .groupBy(['job', 'ring', 'state']);
  await transaction.insertInto('jobCounts').columns(['job', 'ring', 'state', 'hosts']).expression(counts).execute();
}

async function insertRow(transaction: StoreTransaction, { spec, by, at, undoes, schedule }: NewJob): Promise<number> {
  const { id } = await transaction
    .insertInto('jobs')
    .values({
      state: 'draft',
      reason: '',
      specJson: JSON.stringify(spec),
      createdBy: by,
      createdAt: at,
      approvedBy: '',
      expiresAt: at + spec.rollout.expiresAfterSeconds * 1000,
      budget: 0,
      total: 0,
      ring: 0,
      openLeases: 0,
      pardoned: 0,
      undoes: undoes ?? null,
      schedule: schedule ?? null,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}

/** Hosts of one statement: SQLite takes 32,766 values. */
const ROWS = 10_000;

type Group = Required<Omit<ChosenHost, 'id'>> & { readonly ids: readonly string[] };

function* groupHosts(hosts: readonly ChosenHost[]): Generator<Group> {
  const groups = Map.groupBy(hosts, ({ ring, refused = '', variant = '' }) => JSON.stringify([ring, variant, refused]));
  for (const some of groups.values()) {
    const { ring = 0, refused = '', variant = '' } = some[0] ?? {};
    const ids = some.map(({ id }) => id);
    for (let start = 0; start < ids.length; start += ROWS) {
      yield { ring, refused, variant, ids: ids.slice(start, start + ROWS) };
    }
  }
}

async function insertHosts(
  transaction: StoreTransaction,
  { id, at }: { id: number; at: number },
  { ring, refused, variant, ids }: Group,
): Promise<void> {
  const whole = (value: number) => sql<number>`cast(${value} as bigint)`;
  const state: JobHostState = refused === '' ? 'waiting' : 'refused';
  const rows = transaction
    .selectFrom('hosts')
    .select('id')
    .select(() => [
      whole(id).as('job'),
      whole(ring).as('ring'),
      sql<JobHostState>`cast(${state} as text)`.as('state'),
      sql<string>`cast(${refused} as text)`.as('reason'),
      whole(at).as('since'),
      sql<string>`cast(${variant} as text)`.as('variant'),
    ])
    .select('installedDigest')
    .where('id', 'in', ids)
    .where('state', '=', 'enrolled');
  const columns = ['host', 'job', 'ring', 'state', 'reason', 'since', 'variant', 'beforeDigest'] as const;
  await transaction.insertInto('jobHosts').columns(columns).expression(rows).execute();
}
