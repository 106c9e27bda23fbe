// Rows of items and hosts, for a page of an answer. In: ids and names. Out: rows. Never: writes.
import { UserError } from '../../lib/errors.ts';
import type { Queries } from '../store/open-store.ts';
import type { ItemRow } from './find-named-items.ts';

const ROWS = 1000;

/** The items of ids, by their ids. */
export async function readItemRows(queries: Queries, ids: Iterable<number>): Promise<Map<number, ItemRow>> {
  const unique = [...new Set(ids)];
  const found = new Map<number, ItemRow>();
  for (let start = 0; start < unique.length; start += ROWS) {
    const rows = await queries
      .selectFrom('items')
      .select(['id', 'system', 'name', 'arch', 'version', 'flags', 'origin'])
      .where('id', 'in', unique.slice(start, start + ROWS))
      .execute();
    for (const row of rows) found.set(row.id, row);
  }
  return found;
}

type HostLists = {
  readonly id: string;
  readonly name: string;
  readonly installed: number | null;
  readonly candidates: number | null;
};

const named = ['enrolled', 'quarantined'] as const;

/** @param reference a name of a host that takes part or is quarantined, or any host's id @throws UserError for others */
async function readHost(queries: Queries, reference: string): Promise<HostLists> {
  const row = await queries
    .selectFrom('hosts')
    .select(['id', 'name', 'installedSet as installed', 'candidatesSet as candidates'])
    .where((is) => is.or([is('id', '=', reference), is.and([is('name', '=', reference), is('state', 'in', named)])]))
    .executeTakeFirst();
  if (row !== undefined) return row;
  throw new UserError(`the fleet has no host ${reference}`, { exitCode: 2, hint: 'gutinteg fleet hosts' });
}

/** @throws UserError when the host has not sent such a list yet */
export async function readHostSet(
  queries: Queries,
  reference: string,
  kind: 'installed' | 'candidates',
): Promise<{ readonly id: string; readonly name: string; readonly set: number }> {
  const host = await readHost(queries, reference);
  const set = host[kind];
  const { id, name } = host;
  if (set !== null) return { id, name, set };
  const what = kind === 'installed' ? 'its packages' : 'what it could upgrade';
  throw new UserError(`${name} has not reported ${what} yet`, { hint: `gutinteg fleet show ${name}` });
}
