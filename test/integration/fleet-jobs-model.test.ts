// Jobs under hosts that answer well, badly, falsely, late or never, over a network that loses and doubles, with servers that die before
// they have stored what they did. Whatever the order of it all: leases stay within the budget, counts are right, no host is done whose
// list is not, and none gets its order twice.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { array, assert as assertProperty, asyncProperty, constantFrom, nat, record } from 'fast-check';
import type { CheckIn } from '../../contract/fleet/check-in.ts';
import { controlJob } from '../../contract/fleet/api/jobs.ts';
import { openStates } from '../../contract/fleet/jobs/job.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import { advanceJobs } from '../../fleet/jobs/advance-jobs.ts';
import { emptyResult } from '../../fleet/testing/job-host.ts';
import type { JobHost } from '../../fleet/testing/job-host.ts';
import { openJobLab } from '../../fleet/testing/job-lab.ts';
import type { JobLab } from '../../fleet/testing/job-lab.ts';
import { howMany } from '../helpers/how-many.ts';
import { storeKinds } from '../helpers/stores.ts';

const kinds = storeKinds();
const HOSTS = 6;
const BUDGET = 2;
const LEASE_SECONDS = 600;

const acts = [
  'come',
  'come',
  'come',
  'lose-answer',
  'double',
  'copy',
  'server-dies',
  'server-dies-at-document',
  'speak-late',
  'new-candidate',
  'minute',
  'lease-time',
  'pause',
  'resume',
] as const;
type Act = (typeof acts)[number];

const manners = ['well', 'well', 'fails', 'lies', 'silent'] as const;
const world = record({
  manners: array(constantFrom(...manners), { minLength: HOSTS, maxLength: HOSTS }),
  steps: array(record({ act: constantFrom(...acts), which: nat({ max: HOSTS - 1 }) }), {
    minLength: 20,
    maxLength: 80,
  }),
});

const runs = { SQLite: howMany({ few: 12, all: 400 }), PostgreSQL: howMany({ few: 2, all: 60 }) };

for (const { name, newPlace } of kinds) {
  test(`whatever comes in whatever order, a job stays within its bounds and ends (${name})`, async () => {
    await assertProperty(
      asyncProperty(world, async (each) => {
        await using cleanup = new AsyncDisposableStack();
        const lab = await openJobLab(cleanup, { count: HOSTS, place: await newPlace() });
        await runWorld(lab, each);
      }),
      { numRuns: runs[name] },
    );
  });
}

type World = {
  readonly manners: readonly string[];
  readonly steps: readonly { readonly act: Act; readonly which: number }[];
};

async function runWorld(lab: JobLab, { manners: of, steps }: World): Promise<void> {
  for (const [index, host] of lab.hosts.entries()) host.end = () => endings[of[index] ?? ''] ?? {};
  const rollout = { rings: [0.3, 1], budget: BUDGET, leaseSeconds: LEASE_SECONDS };
  const job = await lab.begin({ rollout });
  const does = makeActs(lab, job);
  for (const { act, which } of steps) {
    await does[act](lab.hosts[which] as JobHost);
    await checkBounds(lab, job);
  }
  await letEnd(lab, job, does);
}

const endings: Readonly<Record<string, ReturnType<JobHost['end']>>> = {
  fails: { outcome: 'failed', text: 'dpkg: error', changesNothing: true, changes: [] },
  lies: { changesNothing: true },
  silent: { silent: true },
};

class ServerDied extends Error {}

/** A server that does everything, and dies before it has stored it. */
const dying = (fleet: Fleet): Fleet => ({
  ...fleet,
  store: {
    ...fleet.store,
    transaction: (work, options) =>
      fleet.store.transaction(async (transaction) => {
        await work(transaction);
        throw new ServerDied();
      }, options),
  },
});

const untilDeath = (work: Promise<unknown>): Promise<unknown> =>
  work.catch((error: unknown) => {
    if (!(error instanceof ServerDied)) throw error;
  });

function makeActs(lab: JobLab, job: number): Readonly<Record<Act, (host: JobHost) => Promise<unknown>>> {
  const { fleet, clock, call } = lab;
  /** Of check-ins that have no answer yet, and the last one that has. */
  const pending = new Map<JobHost, CheckIn>();
  const former = new Map<JobHost, CheckIn>();
  const dead = dying(fleet);
  const checkInOf = (host: JobHost): CheckIn => {
    const checkIn = pending.get(host) ?? host.nextCheckIn();
    pending.set(host, checkIn);
    return checkIn;
  };
  const receive = async (host: JobHost, checkIn: CheckIn, by: Fleet = fleet): Promise<void> => {
    const answer = await host.send(checkIn);
    pending.delete(host);
    former.set(host, checkIn);
    await host.receive(answer, by);
  };
  const pass = async (seconds: number): Promise<void> => {
    clock.ms += seconds * 1000;
    await advanceJobs(fleet);
  };
  const control = (command: 'pause' | 'resume') =>
    // It may be in a state that does not allow it.
    call(controlJob, { job, command }).catch((error: Error) => assert.match(error.message, /cannot be/));
  return {
    come: (host) => receive(host, checkInOf(host)),
    'lose-answer': (host) => host.send(checkInOf(host)),
    double: async (host) => {
      const checkIn = checkInOf(host);
      await host.send(checkIn);
      await receive(host, checkIn);
    },
    copy: async (host) => {
      const checkIn = former.get(host);
      if (checkIn !== undefined) await host.sendCopy(checkIn);
    },
    'server-dies': (host) => untilDeath(host.send(checkInOf(host), dead)),
    'server-dies-at-document': (host) => untilDeath(receive(host, checkInOf(host), dead)),
    'speak-late': (host) => {
      const isUnanswered = host.begun.length > 0 && host.end(host.begun[0] as never).silent === true;
      if (isUnanswered) host.say({ kind: 'order-ended', task: host.begunTask, result: emptyResult });
      return Promise.resolve();
    },
    'new-candidate': (host) => {
      if (!pending.has(host)) host.candidates = { ...host.candidates, bash: '6' };
      return Promise.resolve();
    },
    minute: () => pass(60),
    'lease-time': () => pass(LEASE_SECONDS),
    pause: () => control('pause'),
    resume: () => control('resume'),
  };
}

async function checkBounds({ fleet, hosts }: JobLab, job: number): Promise<void> {
  const { queries } = fleet.store;
  const rows = await queries.selectFrom('jobHosts').selectAll().where('job', '=', job).execute();
  const { openLeases, pardoned } = await queries
    .selectFrom('jobs')
    .selectAll()
    .where('id', '=', job)
    .executeTakeFirstOrThrow();
  const countOf = (...states: readonly string[]): number => rows.filter(({ state }) => states.includes(state)).length;
  const open = countOf(...openStates);
  assert.equal(openLeases, open);
  assert.ok(open <= BUDGET, `${open} leases are open`);
  assert.ok(countOf('failed', 'lost') - pardoned + open <= 2 * BUDGET, 'more were hit than the bound');
  const counts = await queries
    .selectFrom('jobCounts')
    .selectAll()
    .where('job', '=', job)
    .where('hosts', '!=', 0)
    .execute();
  const counted = Map.groupBy(rows, ({ ring, state }) => `${ring} ${state}`);
  assert.deepEqual(
    Object.fromEntries(counts.map(({ ring, state, hosts: number }) => [`${ring} ${state}`, number])),
    Object.fromEntries([...counted].map(([key, of]) => [key, of.length])),
  );
  for (const host of hosts) {
    assert.ok(host.begun.length <= 1, `${host.name} got its order ${host.begun.length} times`);
    const isDone = rows.some((row) => row.host === host.id && row.state === 'done');
    assert.ok(!isDone || host.installed['openssl'] === '2', `${host.name} is done and has openssl 1`);
  }
}

/** Everybody comes, time passes, and a person lets the job go on as often as it halts. */
async function letEnd(lab: JobLab, job: number, does: ReturnType<typeof makeActs>): Promise<void> {
  for (let round = 0; round < 40; round += 1) {
    const { state, counts } = await lab.show(job);
    if (state === 'done')
      return assert.equal(
        Object.values(counts).reduce((sum, hosts) => sum + hosts, 0),
        HOSTS,
      );
    if (state === 'halted' || state === 'paused') await does.resume(lab.hosts[0] as JobHost);
    for (const host of lab.hosts) await does.come(host);
    await does[round % 3 === 2 ? 'lease-time' : 'minute'](lab.hosts[0] as JobHost);
    await checkBounds(lab, job);
  }
  assert.fail(`the job does not end: ${JSON.stringify((await lab.show(job)).counts)}`);
}
