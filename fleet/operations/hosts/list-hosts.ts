// A page of hosts. In: the operation's input. Out: rows, and how many there are in all. Never: reads their packages.
import { sql } from 'kysely';
import type { z } from 'zod';
import { listHosts } from '../../../contract/fleet/api/hosts.ts';
import { factsSchema } from '../../../contract/fleet/facts.ts';
import { parseJsonEdge } from '../../../lib/parse-edge.ts';
import type { Queries } from '../../store/open-store.ts';
import { implement } from '../implement.ts';

const columns = [
  'id',
  'name',
  'state',
  'reason',
  'site',
  'origin',
  'packageSystem',
  'factsJson',
  'lastSeenAt',
  'nextDueAt',
  'createdAt',
] as const;

export const hostsByName = implement(listHosts, async ({ store }, input) => {
  const matching = select(store.queries, input);
  const { total } = await matching.select(({ fn }) => fn.countAll<number>().as('total')).executeTakeFirstOrThrow();
  const [afterName, afterId] = readCursor(input.after);
  const page = matching
    .select(columns)
    .where((eb) => eb.or([eb('name', '>', afterName), eb.and([eb('name', '=', afterName), eb('id', '>', afterId)])]))
    .orderBy('name')
    .orderBy('id')
    .limit(input.limit + 1);
  const rows = await page.execute();
  const shown = rows.slice(0, input.limit);
  const last = rows.length > input.limit ? shown.at(-1) : undefined;
  return {
    total,
    ...(last === undefined ? {} : { next: `${last.name} ${last.id}` }),
    hosts: shown.map(asHostRow),
  };
});

/** Several hosts may have one name, as those that were revoked do. */
const readCursor = (after = ''): [name: string, id: string] => {
  const [name = '', id = ''] = after.split(' ');
  return [name, id];
};

function select(queries: Queries, { state, search }: z.output<typeof listHosts.input>) {
  let rows = queries.selectFrom('hosts');
  if (state !== undefined) rows = rows.where('state', '=', state);
  if (search !== undefined) rows = rows.where(sql<boolean>`name like ${likeOf(search.toLowerCase())} escape '\\'`);
  return rows;
}

/** Without `*` and `?` it is a part of the name. */
function likeOf(search: string): string {
  const plain = search.replaceAll(/[%_\\]/g, String.raw`\$&`);
  return /[*?]/.test(plain) ? plain.replaceAll('*', '%').replaceAll('?', '_') : `%${plain}%`;
}

type Row = {
  readonly factsJson: string | null;
  readonly packageSystem: string;
};

/** What facts say of it in a list. */
export function asHostRow<R extends Row>({ factsJson, ...row }: R) {
  const facts = readFacts(factsJson);
  return { ...row, os: facts?.os ?? '', osVersion: facts?.osVersion ?? '', mode: facts?.mode ?? '' };
}

export const readFacts = (factsJson: string | null) =>
  factsJson === null ? undefined : parseJsonEdge(factsSchema, factsJson, 'facts of the store');
