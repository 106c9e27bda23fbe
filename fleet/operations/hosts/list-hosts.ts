// A page of hosts. In: the operation's input. Out: rows, and how many there are in all. Never: reads their packages.
import { sql } from 'kysely';
import type { z } from 'zod';
import { listHosts } from '../../../contract/fleet/api/hosts.ts';
import { resolveSelector } from '../../classes/resolve-selector.ts';
import type { SelectedHost } from '../../classes/resolve-selector.ts';
import type { Fleet } from '../../fleet.ts';
import { judgeSome } from '../../hosts/judge-hosts.ts';
import type { JudgedRow } from '../../hosts/judge-hosts.ts';
import { fitsPattern, parsePattern } from '../../questions/match-pattern.ts';
import type { Queries } from '../../store/open-store.ts';
import { implement } from '../implement.ts';

export const hostsByName = implement(listHosts, async (fleet, input) => {
  const { queries } = fleet.store;
  const of = input.class === undefined ? undefined : await resolveSelector(fleet, input.class);
  if (of !== undefined) return ofClass(fleet, of, input);
  const matching = select(queries, input);
  const { total } = await matching.select(({ fn }) => fn.countAll<number>().as('total')).executeTakeFirstOrThrow();
  const [afterName, afterId] = readCursor(input.after);
  const page = matching
    .select(['id', 'name'])
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
    hosts: await describeHosts(fleet, shown),
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

type Input = z.output<typeof listHosts.input>;

/** A class is of hosts that take part; a search narrows it. */
async function ofClass(fleet: Fleet, of: readonly SelectedHost[], { state = 'enrolled', search, after, limit }: Input) {
  const pattern = search === undefined ? undefined : parsePattern(/[*?]/.test(search) ? search : `*${search}*`);
  const fits = ({ name }: SelectedHost): boolean => pattern === undefined || fitsPattern(pattern, name);
  const all = state === 'enrolled' ? of.filter(fits) : [];
  const [afterName, afterId] = readCursor(after);
  const isLater = ({ name, id }: SelectedHost): boolean => name > afterName || (name === afterName && id > afterId);
  const rest = all.filter(isLater);
  const shown = rest.slice(0, limit);
  const last = rest.length > limit ? shown.at(-1) : undefined;
  const next = last === undefined ? {} : { next: `${last.name} ${last.id}` };
  return { total: all.length, ...next, hosts: await describeHosts(fleet, shown) };
}

async function describeHosts(fleet: Fleet, shown: readonly Pick<SelectedHost, 'id'>[]) {
  const judged = await judgeSome(
    fleet,
    shown.map(({ id }) => id),
  );
  return shown.flatMap(({ id }) => judged.get(id) ?? []).map(asHostRow);
}

/** What facts say of it in a list. */
export const asHostRow = (row: JudgedRow) => ({
  ...row,
  findings: [...row.findings],
  os: row.facts?.os ?? '',
  osVersion: row.facts?.osVersion ?? '',
  mode: row.facts?.mode ?? '',
});
