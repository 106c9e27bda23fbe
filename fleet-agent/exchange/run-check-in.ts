// One check-in of a host, with all that follows from its answer. In: a context. Out: how it ended. What is put down before what is
// sent, and what is forgotten only after it was acknowledged, is all that this file is about: the server killed, an answer
// lost and a power cut at any place lead to a repetition, never to a loss. Never: opens a connection by itself; decides
// when to come again.
import { FLEET_PROTOCOL } from '../../contract/fleet/check-in.ts';
import type { CheckIn, CheckInAnswer } from '../../contract/fleet/check-in.ts';
import type { EnrolmentAnswer, Refusal } from '../../contract/fleet/enrolment.ts';
import type { Message } from '../../contract/fleet/tasks.ts';
import { digestOfLook } from '../look/look-at-host.ts';
import { readLedger, writeLedger } from '../state/ledger.ts';
import type { Ledger } from '../state/ledger.ts';
import { dropAcknowledged, listOutbox, readMessages, replaceRefused } from './outbox.ts';
import { newNonce, takeLook } from './current-look.ts';
import type { CurrentLook } from './current-look.ts';
import { doTasks, hasTasks, putDownTasks } from './inbox.ts';
import type { HostContext } from './host-context.ts';
import { sendDocuments } from './send-documents.ts';
import { askToBeLetIn } from './ask-to-be-let-in.ts';

export type CheckInEnding =
  | {
      readonly kind: 'done';
      readonly nextSeconds: number;
      readonly sent: readonly string[];
      readonly refused: readonly string[];
      readonly tasks: number;
    }
  | { readonly kind: 'waiting'; readonly answer: EnrolmentAnswer }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/** A server that always asks for more must not keep the host busy. */
const MAX_ROUNDS = 6;

/** @throws ServerAwayError when there is no answer; UserError of the state directory */
export async function runCheckIn(context: HostContext): Promise<CheckInEnding> {
  const refusedEntry = await ensureToken(context);
  if (refusedEntry !== undefined) return refusedEntry;
  const sent: string[] = [];
  const refused = new Set<string>();
  let tasks = 0;
  let current: CurrentLook | undefined;
  let nextSeconds = 0;
  for (let round = 1; round <= MAX_ROUNDS; round += 1) {
    tasks += await doTasks(context);
    current = await takeLook(context, current);
    const answered = await exchangeOnce(context, current);
    if ('refusal' in answered) {
      const ending = await afterRefusal(context, answered.refusal);
      if (ending === undefined) continue;
      return ending;
    }
    nextSeconds = answered.answer.next;
    const documents = await sendDocuments(context, current, answered.answer.want ?? []);
    sent.push(...documents.sent);
    for (const what of documents.refused) refused.add(what);
    const isLeft = documents.again || hasTasks(context) || listOutbox(context.paths).length > 0;
    if (!isLeft) break;
  }
  return { kind: 'done', nextSeconds, sent, refused: [...refused], tasks };
}

async function ensureToken(context: HostContext): Promise<CheckInEnding | undefined> {
  return openLedger(context).token === null ? fetchToken(context) : undefined;
}

/** Undefined: the host has a token now. */
async function fetchToken(context: HostContext): Promise<CheckInEnding | undefined> {
  const entry = await askToBeLetIn(context);
  if ('refusal' in entry) return { kind: 'refused', refusal: entry.refusal };
  const { token } = entry.answer;
  if (token === undefined) return { kind: 'waiting', answer: entry.answer };
  writeLedger(context.paths.ledger, { ...openLedger(context), token, nonce: null });
  return undefined;
}

/** Undefined: it is worth another try now. */
async function afterRefusal(context: HostContext, refusal: Refusal): Promise<CheckInEnding | undefined> {
  // The server has lost its store, or this host was taken out: it may ask again like any other.
  return refusal.error === 'unknown-host' ? fetchToken(context) : { kind: 'refused', refusal };
}

function openLedger({ paths }: HostContext): Ledger {
  const ledger = readLedger(paths.ledger);
  if (ledger === undefined) throw new Error(`${paths.ledger} was not made`);
  return ledger;
}

type Answered = { readonly answer: CheckInAnswer } | { readonly refusal: Refusal };

/** The nonce is on the disk before it is sent; the tasks before their number is. */
async function exchangeOnce(context: HostContext, current: CurrentLook): Promise<Answered> {
  const { paths, client } = context;
  const before = openLedger(context);
  const nonce = before.nonce ?? newNonce();
  if (before.nonce === null) writeLedger(paths.ledger, { ...before, nonce });
  const messages = readMessages(paths);
  const answered = await client.checkIn(checkInOf(context, { ledger: before, nonce, messages, current }));
  if ('refusal' in answered) {
    noteRefusal(context, answered.refusal, messages);
    return answered;
  }
  const { answer } = answered;
  const putDown = putDownTasks(paths, before.putDown, answer.tasks ?? []);
  const messagesMade = Math.max(openLedger(context).messagesMade, answer.ack);
  writeLedger(paths.ledger, { ...before, token: answer.token, nonce: null, putDown, messagesMade });
  dropAcknowledged(paths, answer.ack);
  return answered;
}

type Sent = {
  readonly ledger: Ledger;
  readonly nonce: string;
  readonly messages: readonly Message[];
  readonly current: CurrentLook;
};

function checkInOf({ uptime, now }: HostContext, { ledger, nonce, messages, current }: Sent): CheckIn {
  const { look } = current;
  return {
    v: FLEET_PROTOCOL,
    token: ledger.token ?? '',
    nonce,
    installed: look.installed,
    candidates: look.candidates,
    facts: digestOfLook(look),
    boot: uptime.bootId.slice(0, 8),
    clock: Math.floor(now() / 1000),
    ack: ledger.putDown,
    ...(messages.length > 0 ? { messages: [...messages] } : {}),
  };
}

/** What the server will never take must not stand before everything else for ever. */
function noteRefusal(context: HostContext, { error, message }: Refusal, messages: readonly Message[]): void {
  const { paths } = context;
  if ((error === 'bad-request' || error === 'too-large') && messages.length > 0) {
    replaceRefused(paths, messages, `the server did not take the answer: ${message}`);
  }
  // This host was set back to a state before an exchange: another nonce shows the server that, and people are told.
  if (error === 'stale') writeLedger(paths.ledger, { ...openLedger(context), nonce: null });
}
