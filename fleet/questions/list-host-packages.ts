// The list of one host, and what has changed in it. In: a store, the operations' inputs. Out: their answers. Never: writes.
import type { hostPackages, packageChanges } from '../../contract/fleet/api/host-packages.ts';
import type { ListKind } from '../../contract/fleet/inventory.ts';
import type { InputOf, OutputOf } from '../../contract/fleet/operation.ts';
import { UserError } from '../../lib/errors.ts';
import { readList } from '../inventories/read-list.ts';
import type { StoredList } from '../inventories/read-list.ts';
import type { Queries } from '../store/open-store.ts';
import { asListed, compareLists } from './compare-lists.ts';
import { fitsPattern, parsePattern } from './match-pattern.ts';
import { readHostSet } from './read-rows.ts';
import { versionOrder } from './version-order.ts';

export async function findHostPackages(
  queries: Queries,
  input: InputOf<typeof hostPackages>,
): Promise<OutputOf<typeof hostPackages>> {
  const { id, host, list } = await readHostList(queries, input.host, input.kind);
  const pattern = input.package === undefined ? undefined : parsePattern(input.package);
  const packages = list.items
    .filter(([name]) => pattern === undefined || fitsPattern(pattern, name))
    .map(asListed)
    .filter(({ flags }) => input.flag === undefined || flags.includes(input.flag));
  const { system, digest } = list;
  return { host, id, system, digest, total: packages.length, packages: packages.slice(0, input.limit) };
}

/** An earlier list is kept for some days after its last host has had it. */
export async function findPackageChanges(
  queries: Queries,
  { kind, since, ...input }: InputOf<typeof packageChanges>,
): Promise<OutputOf<typeof packageChanges>> {
  const { id, host, list } = await readHostList(queries, input.host, kind);
  const former = await queries
    .selectFrom('sets')
    .select('id')
    .where('digest', '=', since)
    .where('kind', '=', kind)
    .where('system', '=', list.system)
    .executeTakeFirst();
  const before = former === undefined ? undefined : await readList(queries, former.id);
  if (before === undefined) {
    throw new UserError(`the list ${since} is not stored any more`, { hint: `gutinteg fleet show ${host}` });
  }
  return { host, id, digest: list.digest, ...compareLists(before.items, list.items, versionOrder(list.system)) };
}

async function readHostList(
  queries: Queries,
  reference: string,
  kind: ListKind,
): Promise<{ readonly id: string; readonly host: string; readonly list: StoredList }> {
  const { id, name, set } = await readHostSet(queries, reference, kind);
  const list = await readList(queries, set);
  // It was taken away, or replaced, between two statements.
  if (list === undefined) throw new UserError(`the list of ${name} has just changed`, { hint: 'the same again' });
  return { id, host: name, list };
}
