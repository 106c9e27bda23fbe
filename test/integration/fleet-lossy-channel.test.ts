// A host and its server over a network that loses, doubles and reorders, with a server whose power is cut: nothing is lost,
// nothing is done twice, and nobody is taken for a copy.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { array, assert as assertProperty, asyncProperty, constantFrom, nat, record } from 'fast-check';
import type { CheckIn, CheckInAnswer } from '../../contract/fleet/check-in.ts';
import type { Message } from '../../contract/fleet/tasks.ts';
import { howMany } from '../helpers/how-many.ts';
import { checkInWith, makeTestHost, newNonce } from '../../fleet/testing/simulated-host.ts';
import { openTestFleet } from '../../fleet/testing/test-fleet.ts';
import { enrol } from '../../fleet/enrolment/enrol.ts';
import { addTask } from '../../fleet/hosts/host-tasks.ts';
import { answerCheckIn } from '../../fleet/exchange/answer-check-in.ts';

const cleanup = new AsyncDisposableStack();
after(() => cleanup.disposeAsync());
const { fleet, clock, token } = await openTestFleet(cleanup);
const { store } = fleet;

const acts = [
  'ask',
  'send',
  'deliver',
  'deliver-and-keep',
  'lose-request',
  'answer',
  'lose-answer',
  'work',
  'power-cut',
  'work-while-asked',
  'whole-round',
] as const;

/** What a host keeps on its disk, as contract/fleet/ describes it. */
type Host = {
  token: string;
  /** Of the check-in that has no answer yet. */
  nonce: string | undefined;
  putDown: number;
  inbox: number[];
  outbox: Message[];
  lastMessage: number;
  readonly worked: Map<number, number>;
};

const step = record({ act: constantFrom(...acts), which: nat({ max: 3 }) });
let runs = 0;

test('over any network and with power cuts, each task is answered once, and no host is taken for a copy', async () => {
  await assertProperty(
    asyncProperty(array(step, { minLength: 10, maxLength: 60 }), async (steps) => {
      const { id, name, publicKey } = makeTestHost(`lossy${(runs += 1)}`);
      const outcome = await enrol(fleet, { v: 1, name, publicKey, token });
      assert.ok('answer' in outcome);
      const world = newWorld(id, outcome.answer.token ?? '');
      for (const { act, which } of steps) await world.does[act](which);
      await world.quietDown();
      await world.check();
    }),
    { numRuns: howMany({ few: 25, all: 1000 }) },
  );
});

function newWorld(id: string, exchangeToken: string) {
  const host: Host = {
    token: exchangeToken,
    nonce: undefined,
    putDown: 0,
    inbox: [],
    outbox: [],
    lastMessage: 0,
    worked: new Map(),
  };
  const requests: CheckIn[] = [];
  const answers: { readonly nonce: string; readonly answer: CheckInAnswer }[] = [];
  /** What the server would be after a power cut: the store as it was before each commit that may be lost. */
  let losable: (() => Promise<void>)[] = [];
  let asked = 0;

  const take = <T>(from: T[], which: number): T | undefined => from.splice(which % Math.max(1, from.length), 1)[0];

  async function deliver(checkIn: CheckIn | undefined): Promise<void> {
    if (checkIn === undefined) return;
    const restore = await remember(id);
    const outcome = await answerCheckIn(fleet, { hostId: id }, checkIn);
    losable = (checkIn.messages ?? []).length > 0 ? [] : [...losable, restore];
    if ('answer' in outcome) answers.push({ nonce: checkIn.nonce, answer: outcome.answer });
    else assert.equal(outcome.refusal.error, 'stale', JSON.stringify(outcome.refusal));
  }

  function receive(got: (typeof answers)[number] | undefined): void {
    if (got === undefined || got.nonce !== host.nonce) return;
    const { token: next, ack, tasks = [] } = got.answer;
    host.nonce = undefined;
    host.token = next;
    host.outbox = host.outbox.filter(({ seq }) => seq > ack);
    for (const { seq } of tasks) {
      if (seq <= host.putDown) continue;
      host.inbox.push(seq);
      host.putDown = seq;
    }
  }

  function work(): void {
    const task = host.inbox.shift();
    if (task === undefined) return;
    host.worked.set(task, (host.worked.get(task) ?? 0) + 1);
    host.outbox.push({ seq: (host.lastMessage += 1), task, kind: 'refreshed' });
  }

  function send(): void {
    host.nonce ??= newNonce();
    requests.push(checkInWith(host.token, { nonce: host.nonce, ack: host.putDown, messages: [...host.outbox] }));
  }

  const does: Record<(typeof acts)[number], (which: number) => Promise<void> | void> = {
    async ask() {
      const task = { kind: 'refresh' } as const;
      const at = clock.ms;
      await store.transaction((transaction) => addTask(store, transaction, { hostId: id, task, by: 'test', at }));
      losable = [];
      asked += 1;
    },
    send,
    deliver: (which) => deliver(take(requests, which)),
    'deliver-and-keep': (which) => deliver(requests[which % Math.max(1, requests.length)]),
    'lose-request': (which) => void take(requests, which),
    answer: (which) => receive(take(answers, which)),
    'lose-answer': (which) => void take(answers, which),
    work,
    async 'power-cut'(which) {
      const restore = losable.at(-1 - which) ?? losable[0];
      losable = [];
      await restore?.();
    },
    /** The host is done with a task after it has sent its check-in, and before the answer comes. */
    async 'work-while-asked'() {
      send();
      await deliver(requests.pop());
      work();
      receive(answers.pop());
    },
    async 'whole-round'() {
      send();
      await deliver(requests.pop());
      receive(answers.pop());
    },
  };

  return {
    does,
    /** A network that works, until there is no more to say. */
    async quietDown() {
      for (let round = 0; round < 2 * asked + 4; round += 1) {
        send();
        while (requests.length > 0) await deliver(requests.shift());
        while (answers.length > 0) receive(answers.shift());
        while (host.inbox.length > 0) work();
      }
      assert.equal(host.nonce, undefined, 'the last check-in has been answered');
    },
    async check() {
      const row = await store.queries.selectFrom('hosts').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
      const tasks = await store.queries.selectFrom('tasks').select('state').where('host', '=', id).execute();
      assert.equal(row.state, 'enrolled');
      assert.equal(row.tasksOpen, 0);
      assert.equal(tasks.length, asked);
      assert.ok(tasks.every(({ state }) => state === 'done'));
      assert.deepEqual(
        [...host.worked.values()],
        Array.from({ length: asked }, () => 1),
      );
      assert.deepEqual(host.outbox, []);
    },
  };
}

/** @returns brings the host's rows back to what they are now */
async function remember(id: string): Promise<() => Promise<void>> {
  const row = await store.queries.selectFrom('hosts').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
  const tasks = await store.queries.selectFrom('tasks').selectAll().where('host', '=', id).execute();
  return async () => {
    await store.queries.updateTable('hosts').set(row).where('id', '=', id).execute();
    for (const { id: task, ...columns } of tasks) {
      await store.queries.updateTable('tasks').set(columns).where('id', '=', task).execute();
    }
  };
}
