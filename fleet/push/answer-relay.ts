// A relay asks which hosts it is to wake. In: a report whose signature was right. Out: wake-ups, or a refusal in words. Nearly all
// reports only read: a relay asks every few seconds.
import { FLEET_PROTOCOL } from '../../contract/fleet/check-in.ts';
import type { RelayAnswer, RelayReport } from '../../contract/fleet/relay-report.ts';
import { refuse } from '../exchange/outcome.ts';
import type { Outcome } from '../exchange/outcome.ts';
import { refuseState } from '../exchange/refuse-state.ts';
import type { Fleet } from '../fleet.ts';
import { endWakeUps, ordersFor } from './relay-wake-ups.ts';
import { readWakeKey } from './wake-key.ts';

const NEXT_SECONDS = 5;
/** How often the store notes that a relay was heard of. */
const NOTED_EVERY_MS = 30_000;

export async function answerRelay(fleet: Fleet, id: string, report: RelayReport): Promise<Outcome<RelayAnswer>> {
  const { queries } = fleet.store;
  const relay = await queries
    .selectFrom('hosts')
    .select(['id', 'name', 'kind', 'state', 'reason', 'lastSeenAt'])
    .where('id', '=', id)
    .executeTakeFirst();
  if (relay?.state !== 'enrolled') return refuseState(relay);
  if (relay.kind !== 'relay') {
    return refuse('bad-request', `${relay.name} was let in as a host, and not as a relay: gutinteg fleet take-out`);
  }
  const at = fleet.now();
  await note(fleet, relay, { results: report.results, at });
  const wake = await ordersFor(queries, { relay: id, at, key: () => readWakeKey(queries) });
  return { answer: { v: FLEET_PROTOCOL, wake, next: NEXT_SECONDS } };
}

type Relay = { readonly id: string; readonly name: string; readonly lastSeenAt: number | null };

async function note(
  { store }: Fleet,
  relay: Relay,
  { results, at }: { readonly results: RelayReport['results']; readonly at: number },
): Promise<void> {
  const isNoted = relay.lastSeenAt !== null && Math.abs(at - relay.lastSeenAt) < NOTED_EVERY_MS;
  if (isNoted && results.length === 0) return;
  await store.transaction(async (transaction) => {
    await transaction.updateTable('hosts').set({ lastSeenAt: at }).where('id', '=', relay.id).execute();
    await endWakeUps(transaction, relay, { results, at });
  });
}
