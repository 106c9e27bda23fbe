// A host with packages and an executor, for tests of jobs: what it has, what it is told, what it says. In: a fleet, or a server of its
// own. Out: check-ins, one at a time. Never: waits or retries; tests decide what is lost, and how an order ends.
import assert from 'node:assert/strict';
import { createPublicKey } from 'node:crypto';
import type { CheckIn, CheckInAnswer, HostDocument } from '../../contract/fleet/check-in.ts';
import { digestOfFacts } from '../../contract/fleet/facts.ts';
import type { Facts } from '../../contract/fleet/facts.ts';
import { digestOfItems } from '../../contract/fleet/inventory.ts';
import type { Item } from '../../contract/fleet/inventory.ts';
import type { PackageChangeRecord } from '../../contract/fleet/jobs/action.ts';
import { readOrder } from '../../contract/fleet/jobs/order.ts';
import type { Order } from '../../contract/fleet/jobs/order.ts';
import type { OrderResult } from '../../contract/fleet/jobs/order-report.ts';
import type { Message, Task } from '../../contract/fleet/tasks.ts';
import { enrol } from '../enrolment/enrol.ts';
import { answerCheckIn } from '../exchange/answer-check-in.ts';
import { storeDocument } from '../exchange/store-document.ts';
import type { Fleet } from '../fleet.ts';
import { makeTestHost, newNonce, sampleFacts } from './simulated-host.ts';

export const emptyResult: OrderResult = {
  outcome: 'done',
  text: '',
  changes: [],
  keptConfiguration: [],
  recovered: false,
  health: [],
  output: '',
};

/** How an order that is no simulation ends; what is left out stays as in `emptyResult`. `silent`: it says nothing any more. */
type Ending = Partial<OrderResult> & { readonly changesNothing?: boolean; readonly silent?: boolean };

/** Of each kind. */
type Unnumbered = Message extends infer M ? (M extends Message ? Omit<M, 'seq'> : never) : never;

export type JobHost = Awaited<ReturnType<typeof joinJobHost>>;

export type JobHostOptions = {
  readonly name: string;
  /** Enrolment token of a site. */
  readonly token: string;
  /** Versions by name, and flags of the candidates: `3.0.11 security`. */
  readonly installed: Readonly<Record<string, string>>;
  readonly candidates: Readonly<Record<string, string>>;
  readonly facts?: Partial<Facts>;
  /** What becomes of an order; done, unless given. */
  readonly end?: (order: Order) => Ending;
};

const itemsOf = (packages: Readonly<Record<string, string>>): Item[] =>
  Object.entries(packages).map(([name, text]) => {
    const [version = '', flags = ''] = text.split(' ');
    return [name, 'amd64', version, flags, ''];
  });

export async function joinJobHost(
  fleet: Fleet,
  { name, token: siteToken, facts: more, end = () => ({}), ...lists }: JobHostOptions,
) {
  const { id, publicKey } = makeTestHost(name);
  const joined = await enrol(fleet, { v: 1, name, publicKey, token: siteToken });
  assert.ok('answer' in joined, JSON.stringify(joined));
  const host = {
    id,
    name,
    token: joined.answer.token ?? '',
    installed: { ...lists.installed } as Record<string, string>,
    candidates: { ...lists.candidates } as Record<string, string>,
    facts: { ...sampleFacts, hostname: name, listsUpdatedAt: Math.floor(fleet.now() / 1000), ...more } as Facts,
    /** Seconds by which its clock is ahead. */
    clockOffset: 0,
    ack: 0,
    seq: 0,
    outbox: [] as Message[],
    /** Orders that it has begun, simulations not counted, and the task that brought the last one. */
    begun: [] as Order[],
    begunTask: 0,
    /** Orders that wait for their window. */
    waiting: [] as Task[],
    end,
    /** What a simulation says besides what would change. */
    simulates: (): Partial<OrderResult> => ({}),
  };
  const orderKey = createPublicKey(fleet.orderKey);

  const nextCheckIn = (): CheckIn => ({
    v: 1,
    token: host.token,
    nonce: newNonce(),
    installed: digestOfItems(itemsOf(host.installed)),
    candidates: digestOfItems(itemsOf(host.candidates)),
    facts: digestOfFacts(host.facts),
    boot: 'b0071d00',
    clock: Math.round(fleet.now() / 1000) + host.clockOffset,
    ack: host.ack,
    ...(host.outbox.length > 0 ? { messages: host.outbox.slice(0, 50) } : {}),
  });

  /** Sends it, without looking at the answer. */
  const send = async (checkIn: CheckIn, by: Fleet = fleet): Promise<CheckInAnswer> => {
    const outcome = await answerCheckIn(by, { hostId: id }, checkIn);
    assert.ok('answer' in outcome, JSON.stringify(outcome));
    return outcome.answer;
  };

  /** A copy of an earlier one: it is answered as before, or called late. */
  const sendCopy = async (checkIn: CheckIn): Promise<void> => {
    const outcome = await answerCheckIn(fleet, { hostId: id }, checkIn);
    assert.ok('answer' in outcome || outcome.refusal.error === 'stale', JSON.stringify(outcome));
  };

  const say = (message: Unnumbered): void => {
    host.outbox.push({ ...message, seq: (host.seq += 1) });
  };

  async function upload(answer: CheckInAnswer, by: Fleet): Promise<void> {
    for (const { document } of answer.want ?? []) {
      if (document === 'summaries') continue;
      const items = document === 'facts' ? [] : itemsOf(host[document]);
      const sent: HostDocument =
        document === 'facts'
          ? { document, digest: digestOfFacts(host.facts), facts: host.facts }
          : { document, digest: digestOfItems(items), added: items, removed: [] };
      const stored = await storeDocument(by, id, sent);
      assert.deepEqual(stored, { answer: { result: 'stored' } });
    }
  }

  function obey({ seq: task, ...asked }: Task): void {
    if (asked.kind === 'refresh') return say({ kind: 'refreshed', task });
    if (asked.kind !== 'order') return;
    const order = readOrder(asked.order, orderKey);
    assert.ok(order !== undefined && order.host === id, 'a signed order for this host');
    const changes = changesOf(host, order);
    if (order.simulate) {
      const simulated = { ...emptyResult, outcome: 'simulated' as const, changes, ...host.simulates() };
      return say({ kind: 'order-ended', task, result: simulated });
    }
    const nowSeconds = fleet.now() / 1000;
    if (order.window !== undefined && order.window.to <= nowSeconds) {
      return say({ kind: 'order-ended', task, result: { ...emptyResult, outcome: 'missed', text: 'it was asleep' } });
    }
    if (order.window !== undefined && order.window.from > nowSeconds) {
      host.waiting.push({ ...asked, seq: task });
      return say({ kind: 'order-progress', task, progress: { step: 'waiting', text: 'for its window' } });
    }
    host.begun.push(order);
    host.begunTask = task;
    const { changesNothing = false, silent = false, ...result } = host.end(order);
    if (!changesNothing) apply(host, changes);
    if (!silent) say({ kind: 'order-ended', task, result: { ...emptyResult, changes, ...result } });
  }

  /** Takes an answer in, as the agent does: what it was asked for, and its tasks, once. */
  async function receive(answer: CheckInAnswer, by: Fleet = fleet): Promise<void> {
    host.token = answer.token;
    host.outbox = host.outbox.filter(({ seq }) => seq > answer.ack);
    await upload(answer, by);
    for (const task of (answer.tasks ?? []).toSorted((left, right) => left.seq - right.seq)) {
      if (task.seq <= host.ack) continue;
      host.ack = task.seq;
      obey(task);
    }
  }

  /** A check-in, its documents and its tasks; what it has to say of these goes with the next one. */
  async function come(by: Fleet = fleet): Promise<CheckInAnswer> {
    for (const task of host.waiting.splice(0)) obey(task);
    const answer = await send(nextCheckIn(), by);
    await receive(answer, by);
    return answer;
  }

  return Object.assign(host, { nextCheckIn, send, sendCopy, receive, come, say });
}

type Lists = { readonly installed: Record<string, string>; readonly candidates: Record<string, string> };

function changesOf({ installed, candidates }: Lists, { action }: Order): PackageChangeRecord[] {
  const change = (name: string, after: string | null): PackageChangeRecord[] => {
    const before = installed[name]?.split(' ')[0] ?? null;
    return before === after ? [] : [{ name, arch: 'amd64', before, after }];
  };
  const newest = (name: string): string | null => (candidates[name] ?? installed[name])?.split(' ')[0] ?? null;
  if (action.do === 'install')
    return action.packages.flatMap(({ name, version }) => change(name, version ?? newest(name)));
  if (action.do === 'remove') return action.packages.flatMap(({ name }) => change(name, null));
  if (action.do === 'restore') return [...action.changes];
  if (action.do !== 'upgrade') return [];
  const names = action.packages?.map(({ name }) => name) ?? Object.keys(candidates);
  return names.filter((name) => name in installed).flatMap((name) => change(name, newest(name)));
}

function apply(
  host: { installed: Record<string, string>; candidates: Record<string, string> },
  changes: readonly PackageChangeRecord[],
) {
  for (const { name, after } of changes) {
    host.installed = Object.fromEntries(Object.entries(host.installed).filter(([each]) => each !== name));
    if (after !== null) host.installed[name] = after;
    host.candidates = Object.fromEntries(Object.entries(host.candidates).filter(([each]) => each !== name));
  }
}
