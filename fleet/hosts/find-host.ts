// The host that people mean. In: a name or an id. Out: its id and name. A name is that of a host that takes part; if none has it, of
// one that waits, and then of one that was revoked. Never: takes one of several.
import { didYouMean } from '../../lib/did-you-mean.ts';
import { OperationError } from '../operations/operation-error.ts';
import type { Queries } from '../store/open-store.ts';

export type FoundHost = { readonly id: string; readonly name: string };

const MOST_NAMES = 20_000;
const precedence = [['enrolled', 'quarantined'], ['pending'], ['revoked']] as const;

/** @throws OperationError when there is none, or several wait under that name */
export async function findHost(queries: Queries, reference: string): Promise<FoundHost> {
  const rows = await queries
    .selectFrom('hosts')
    .select(['id', 'name', 'state'])
    .where((eb) => eb.or([eb('id', '=', reference), eb('name', '=', reference.toLowerCase())]))
    .limit(100)
    .execute();
  const byId = rows.find(({ id }) => id === reference);
  if (byId !== undefined) return byId;
  for (const states of precedence) {
    const [first, ...others] = rows.filter(({ state }) => (states as readonly string[]).includes(state));
    if (first === undefined) continue;
    if (others.length === 0) return first;
    const ids = [first, ...others].map(({ id }) => id);
    throw new OperationError('conflict', `${ids.length} hosts of the name ${reference} are ${first.state}`, {
      hint: `name one of them by its id: ${ids.slice(0, 5).join(', ')}`,
    });
  }
  throw new OperationError('not-found', `there is no host ${reference}`, { hint: await suggest(queries, reference) });
}

async function suggest(queries: Queries, reference: string): Promise<string> {
  const rows = await queries.selectFrom('hosts').select('name').orderBy('name').limit(MOST_NAMES).execute();
  const names = rows.map(({ name }) => name);
  return didYouMean(reference, names) ?? 'gutinteg fleet hosts';
}
