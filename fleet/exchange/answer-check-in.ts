// One check-in of a host, from its token to the answer. In: a check-in whose signature was right. Out: an answer, or a refusal
// in words. Whatever it changes is one transaction, and a check-in that comes twice changes nothing the second time.
import { z } from 'zod';
import { FLEET_PROTOCOL } from '../../contract/fleet/check-in.ts';
import type { CheckIn, CheckInAnswer } from '../../contract/fleet/check-in.ts';
import type { Message } from '../../contract/fleet/tasks.ts';
import type { Fleet } from '../fleet.ts';
import { addHostEvent } from '../hosts/host-events.ts';
import { dropOldTasks, endTask, issuing, markPutDown, renumberTasks, tasksToSend } from '../hosts/host-tasks.ts';
import { mayHaveWork } from '../leases/may-have-work.ts';
import type { OrderAnswer } from '../leases/take-answer.ts';
import { workOnJobs } from '../leases/work-on-jobs.ts';
import type { StoreTransaction } from '../store/open-store.ts';
import { decideExchange } from './decide-exchange.ts';
import type { Exchanges } from './decide-exchange.ts';
import { makeExchangeToken, readExchangeToken } from './exchange-token.ts';
import { linkKnownLists } from './link-known-lists.ts';
import { refuse } from './outcome.ts';
import type { Outcome } from './outcome.ts';
import { planNext } from './plan-next.ts';
import { planWanted } from './plan-wanted.ts';
import { readHost } from './read-host.ts';
import type { ExchangeHost } from './read-host.ts';
import { refuseState } from './refuse-state.ts';
import { askedSummaries } from './summaries.ts';

/**
 * Answers of a busy disk: one transaction. Without messages it may be lost by a power cut, which ADR 24 explains; an order that was
 * given may not.
 */
export async function answerCheckIn(fleet: Fleet, from: Sender, checkIn: CheckIn): Promise<Outcome<CheckInAnswer>> {
  const hasWork =
    (checkIn.messages ?? []).length > 0 || (await mayHaveWork(fleet.store.queries, from.hostId, fleet.now()));
  return fleet.store.transaction((transaction) => answerWithin(fleet, transaction, { ...from, checkIn, hasWork }), {
    mayBeLost: !hasWork,
  });
}

/** Whose key has signed it, and where it came from: of two machines with one identity, people look for the second. */
type Sender = { readonly hostId: string; readonly address?: string };
type Request = Sender & {
  readonly checkIn: CheckIn;
  /** It may be about a job; what it changes is on the disk before it is answered. */
  readonly hasWork: boolean;
};

async function answerWithin(
  fleet: Fleet,
  transaction: StoreTransaction,
  { hostId, address = '', checkIn, hasWork }: Request,
): Promise<Outcome<CheckInAnswer>> {
  const host = await readHost(fleet.store, transaction, hostId);
  if (host === undefined || host.state !== 'enrolled') return refuseState(host);
  const owner = { hostId, epoch: host.tokenEpoch };
  const shown = readExchangeToken(fleet.tokenKey, owner, checkIn.token);
  const decision = decideExchange(exchangesOf(host), { ...shown, nonce: checkIn.nonce });
  if (decision.kind === 'late') return refuse('stale', 'a newer check-in of this host has been answered already');
  if (decision.kind === 'cloned') return quarantine(fleet, transaction, { hostId, address, why: decision.why });
  const token = makeExchangeToken(fleet.tokenKey, owner, decision.issue);
  if (decision.kind === 'repeated') return answerOf(fleet, transaction, { host, checkIn, token, isBusy: hasWork });
  const { exchanges } = decision;
  const { changed, isBusy } = await takeIn(fleet, transaction, { host, checkIn, exchanges, hasWork });
  if (decision.kind === 'server-went-back') {
    const text = `it showed token ${shown.number} where ${host.tokenIssued} was due: this server was set back; it goes on from there`;
    await addHostEvent(transaction, { host: hostId, at: fleet.now(), text });
  }
  return answerOf(fleet, transaction, { host: changed, checkIn, token, isBusy });
}

const recentSchema = z.array(z.tuple([z.number(), z.string()]));

const exchangesOf = (host: ExchangeHost): Exchanges => ({
  issued: host.tokenIssued,
  epoch: host.tokenEpoch,
  isReleased: host.isReleased === 1,
  recent: recentSchema.parse(JSON.parse(host.recentExchangesJson)),
});

/** Nobody is overwritten: what the host had reported before stays. */
async function quarantine(
  fleet: Fleet,
  transaction: StoreTransaction,
  { hostId, address, why }: { hostId: string; address: string; why: string },
): Promise<Outcome<never>> {
  const who = address === '' ? 'one of them' : `the one that came from ${address}`;
  const reason = `two machines use its identity, or it was set back to an earlier state: ${who} ${why}`;
  await transaction.updateTable('hosts').set({ state: 'quarantined', reason }).where('id', '=', hostId).execute();
  await addHostEvent(transaction, { host: hostId, at: fleet.now(), text: `quarantined: ${reason}` });
  return refuseState({ state: 'quarantined', reason });
}

type TakenIn = { readonly host: ExchangeHost; readonly checkIn: CheckIn; readonly exchanges: Exchanges };

/** Messages, tasks, digests and times of a check-in that is the next one. @returns the host as it is now */
async function takeIn(
  fleet: Fleet,
  transaction: StoreTransaction,
  { host, checkIn, exchanges, hasWork }: TakenIn & { readonly hasWork: boolean },
): Promise<{ readonly changed: ExchangeHost; readonly isBusy: boolean }> {
  const now = fleet.now();
  const messages = await storeMessages(transaction, host, { messages: checkIn.messages ?? [], at: now });
  const counts = {
    tasksIssued: await putDownTasks(transaction, host, checkIn.ack),
    tasksOpen: host.tasksOpen - messages.ended,
  };
  const changes = {
    ...(await linkKnownLists(transaction, host, checkIn)),
    tokenIssued: exchanges.issued,
    isReleased: 0,
    recentExchangesJson: JSON.stringify(exchanges.recent),
    lastSeenAt: now,
    announcedInstalled: checkIn.installed,
    announcedCandidates: checkIn.candidates,
    announcedFacts: checkIn.facts,
    bootId: checkIn.boot,
    clockOffset: checkIn.clock - Math.round(now / 1000),
    messagesReceived: messages.received,
    tasksPutDown: checkIn.ack,
  };
  const isBusy =
    hasWork &&
    (await workOnJobs(
      {
        fleet,
        transaction,
        at: now,
        host: { ...host, ...changes, ...counts },
        issue: issuing(transaction, { hostId: host.id, counts, at: now }),
      },
      messages.answers,
    ));
  const changed = { ...host, ...changes, ...counts };
  const nextDueAt = now + 1000 * nextFor(fleet, changed, isBusy);
  await transaction
    .updateTable('hosts')
    .set({ ...changes, ...counts, nextDueAt })
    .where('id', '=', host.id)
    .execute();
  return { changed, isBusy };
}

type Stored = {
  readonly received: number;
  readonly ended: number;
  /** Of tasks that were open. */
  readonly answers: readonly OrderAnswer[];
};

/** Each number once; a gap is what a host has told a server that was set back since. */
async function storeMessages(
  transaction: StoreTransaction,
  host: ExchangeHost,
  { messages, at }: { messages: readonly Message[]; at: number },
): Promise<Stored> {
  let received = host.messagesReceived;
  let ended = 0;
  const answers: OrderAnswer[] = [];
  for (const message of messages.toSorted((left, right) => left.seq - right.seq)) {
    if (message.seq <= received) continue;
    received = message.seq;
    const answered = await endTask(transaction, { hostId: host.id, message, at });
    if (answered === undefined) continue;
    if (answered.hasEnded) ended += 1;
    answers.push({ task: answered.id, message });
  }
  if (ended > 0) await dropOldTasks(transaction, host.id);
  return { received, ended, answers };
}

/** @returns the number of the last task that was given to the host */
async function putDownTasks(transaction: StoreTransaction, host: ExchangeHost, putDown: number): Promise<number> {
  const { tasksOpen, tasksPutDown, tasksIssued: issued } = host;
  if (putDown > issued) return renumberTasks(transaction, host.id, { issued, putDown });
  if (tasksOpen > 0 && putDown > tasksPutDown) await markPutDown(transaction, host.id, putDown);
  return issued;
}

async function answerOf(
  fleet: Fleet,
  transaction: StoreTransaction,
  { host, checkIn, token, isBusy }: { host: ExchangeHost; checkIn: CheckIn; token: string; isBusy: boolean },
): Promise<Outcome<CheckInAnswer>> {
  const names = host.summariesAsked === 1 ? await askedSummaries(transaction, host.id) : [];
  const stored = {
    facts: host.factsDigest,
    installed: host.installedDigest,
    candidates: host.candidatesDigest,
  };
  const want = planWanted(stored, checkIn, names);
  const tasks = host.tasksOpen > 0 ? await tasksToSend(transaction, host.id, checkIn.ack) : [];
  return {
    answer: {
      v: FLEET_PROTOCOL,
      token,
      ack: host.messagesReceived,
      ...(want.length > 0 ? { want } : {}),
      ...(tasks.length > 0 ? { tasks } : {}),
      next: nextFor(fleet, host, isBusy),
    },
  };
}

/** @param isBusy a job awaits a word of the host, or an order may be next */
const nextFor = (fleet: Fleet, host: Pick<ExchangeHost, 'id' | 'tasksOpen'>, isBusy: boolean): number =>
  planNext({
    hostId: host.id,
    nowMs: fleet.now(),
    intervalSeconds: fleet.intervalSeconds,
    busyness: fleet.busyness(),
    hasTasks: isBusy || host.tasksOpen > 0,
  });
