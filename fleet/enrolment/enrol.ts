// A host asks to be let in. In: a request that its own key has signed. Out: its state, and its first exchange token if it is let
// in at once; or a refusal. The same key is the same host, however often it asks. Never: overwrites a host, or tells a
// stranger who else there is.
import { FLEET_PROTOCOL } from '../../contract/fleet/check-in.ts';
import { idOfKey } from '../../contract/fleet/enrolment.ts';
import type { Enrolment, EnrolmentAnswer, HostState } from '../../contract/fleet/enrolment.ts';
import { EMPTY_RECENT, makeExchangeToken } from '../exchange/exchange-token.ts';
import { refuse } from '../exchange/outcome.ts';
import type { Outcome } from '../exchange/outcome.ts';
import { refuseState } from '../exchange/refuse-state.ts';
import type { Fleet } from '../fleet.ts';
import { addHostEvent } from '../hosts/host-events.ts';
import { findNameHolder } from '../hosts/find-name-holder.ts';
import type { StoreTransaction } from '../store/open-store.ts';
import { findAdmission, useAdmission } from './admissions.ts';
import { decideEnrolment } from './decide-enrolment.ts';
import type { EnrolmentDecision, EnrolmentFacts } from './decide-enrolment.ts';
import { makeRoom } from './make-room.ts';
import { insertHost } from './new-host.ts';

type Answer = Outcome<EnrolmentAnswer>;

export function enrol(fleet: Fleet, enrolment: Enrolment): Promise<Answer> {
  return fleet.store.transaction((transaction) => enrolWithin(fleet, transaction, enrolment));
}

async function enrolWithin(fleet: Fleet, transaction: StoreTransaction, enrolment: Enrolment): Promise<Answer> {
  const id = idOfKey(enrolment.publicKey);
  const known = await findKnown(fleet, transaction, id);
  const admission =
    enrolment.token === undefined ? undefined : await findAdmission(fleet.store, transaction, enrolment.token);
  const nameHolder = await findNameHolder(transaction, { name: enrolment.name, except: id });
  const decision = decideEnrolment({
    name: enrolment.name,
    hasToken: enrolment.token !== undefined,
    ...(known === undefined ? {} : { known: { state: known.state, cameWithToken: known.origin === 'token' } }),
    ...(admission === undefined ? {} : { admission: readAdmission(admission, fleet.now()) }),
    ...(nameHolder === undefined ? {} : { nameHolder }),
  });
  if (decision.kind === 'bad-token') return refuse('bad-token', `${decision.why}; ask for a new one`);
  if (decision.kind === 'known') return answerKnown(fleet, transaction, known);
  if (admission !== undefined) await useAdmission(transaction, admission.id, fleet.now());
  else if (!(await makeRoom(transaction, fleet.now()))) {
    return refuse('busy', 'too many hosts wait to be let in; bring an enrolment token', 3600);
  }
  const site = admission?.site ?? '';
  await record(fleet, transaction, { id, enrolment, site, decision, isKnown: known !== undefined });
  return answerKnown(fleet, transaction, await findKnown(fleet, transaction, id));
}

const findKnown = (fleet: Fleet, transaction: StoreTransaction, id: string) =>
  fleet.store
    .lockRows(
      transaction
        .selectFrom('hosts')
        .select([
          'id',
          'name',
          'state',
          'reason',
          'origin',
          'lastSeenAt',
          'tokenIssued',
          'tokenEpoch',
          'isReleased',
          'recentExchangesJson',
        ]),
    )
    .where('id', '=', id)
    .executeTakeFirst();

type Known = Awaited<ReturnType<typeof findKnown>>;

const readAdmission = (
  row: NonNullable<Awaited<ReturnType<typeof findAdmission>>>,
  now: number,
): NonNullable<EnrolmentFacts['admission']> => ({
  kind: row.kind === 'once' ? 'once' : 'site',
  approves: row.approves === 1,
  isUsed: row.kind === 'once' && row.usedAt !== null,
  isExpired: row.expiresAt <= now,
});

type Recorded = {
  readonly id: string;
  readonly enrolment: Enrolment;
  readonly site: string;
  readonly decision: Extract<EnrolmentDecision, { kind: 'enrol' | 'wait' }>;
  readonly isKnown: boolean;
};

async function record(
  fleet: Fleet,
  transaction: StoreTransaction,
  { id, enrolment, site, decision, isKnown }: Recorded,
): Promise<void> {
  const state: HostState = decision.kind === 'enrol' ? 'enrolled' : 'pending';
  const reason = decision.kind === 'enrol' ? '' : decision.reason;
  const origin = enrolment.token === undefined ? 'stranger' : 'token';
  const { publicKey, name, kind = 'host' } = enrolment;
  const at = fleet.now();
  if (isKnown) {
    const changes = { kind, state, reason, site, origin, name: name.toLowerCase() } as const;
    await transaction.updateTable('hosts').set(changes).where('id', '=', id).execute();
  } else {
    const who = { id, name, publicKey, kind, origin, machineId: null } as const;
    await insertHost(transaction, { ...who, state, reason, site, createdAt: at });
  }
  const text = state === 'enrolled' ? 'enrolled with a token' : `asked to be let in; it waits, as ${reason}`;
  await addHostEvent(transaction, { host: id, at, text });
}

async function answerKnown(fleet: Fleet, transaction: StoreTransaction, host: Known): Promise<Answer> {
  if (host === undefined || host.state === 'revoked' || host.state === 'quarantined') return refuseState(host);
  const { id, state, reason, tokenIssued: number, tokenEpoch: epoch } = host;
  const answer = { v: FLEET_PROTOCOL, id, state };
  if (state === 'pending') {
    await noteThatItAsked(fleet, transaction, host);
    const message = `this host waits to be let in (gutinteg fleet approve ${id}): ${reason}`;
    return { answer: { ...answer, message } };
  }
  // Whoever has checked in has a token of its own; a copy of the key alone must not get the next one.
  const isNew = host.isReleased === 1 || host.recentExchangesJson === EMPTY_RECENT;
  if (!isNew) {
    const message = `this host is enrolled and has checked in; if it has lost its state: gutinteg fleet release ${id}`;
    return { answer: { ...answer, message } };
  }
  const token = makeExchangeToken(fleet.tokenKey, { hostId: id, epoch }, number);
  return { answer: { ...answer, token, message: `this host is enrolled as ${host.name}` } };
}

/** Strangers who ask a hundred times a second must not make the disk write as often. */
const NOTED_EVERY_MS = 600_000;

async function noteThatItAsked(
  fleet: Fleet,
  transaction: StoreTransaction,
  { id, lastSeenAt }: NonNullable<Known>,
): Promise<void> {
  const now = fleet.now();
  if (lastSeenAt !== null && now - lastSeenAt < NOTED_EVERY_MS) return;
  await transaction.updateTable('hosts').set({ lastSeenAt: now }).where('id', '=', id).execute();
}
