// The items that a question is about. In: a pattern of names and more conditions. Out: rows of items. Never: more than a
// bounded number of them.
import { sql } from 'kysely';
import { UserError } from '../../lib/errors.ts';
import type { ListKind } from '../../contract/fleet/inventory.ts';
import type { Queries } from '../store/open-store.ts';
import { fitsPattern, likeOfPattern, parsePattern } from './match-pattern.ts';
import { versionOrder } from './version-order.ts';
import type { WantedItems } from './scan-sets.ts';

export type ItemRow = {
  readonly id: number;
  readonly system: string;
  readonly name: string;
  readonly arch: string;
  readonly version: string;
  readonly flags: string;
  readonly origin: string;
};

export type ItemConditions = {
  readonly kind: ListKind;
  /** A pattern, or a name. */
  readonly package?: string | undefined;
  /** A name, whatever is in it. */
  readonly name?: string | undefined;
  readonly system?: string | undefined;
  readonly older?: string | undefined;
  readonly newer?: string | undefined;
  readonly equal?: string | undefined;
  readonly flag?: string | undefined;
};

/** A fleet of six distributions has some 300,000 packages and versions. */
const MOST_ITEMS = 1_000_000;

/** @throws UserError when more fit than a question can be about */
export async function findNamedItems(queries: Queries, conditions: ItemConditions): Promise<ItemRow[]> {
  let rows = queries
    .selectFrom('items')
    .select(['id', 'system', 'name', 'arch', 'version', 'flags', 'origin'])
    .where('kind', '=', conditions.kind)
    .limit(MOST_ITEMS + 1);
  const { name } = conditions;
  const pattern = conditions.package === undefined ? undefined : parsePattern(conditions.package);
  if (name !== undefined) rows = rows.where('name', '=', name);
  if (pattern?.isName === true) rows = rows.where('name', '=', pattern.text);
  if (pattern?.isName === false) {
    rows = rows.where(sql<boolean>`lower(name) like ${likeOfPattern(pattern.text)} escape '\\'`);
  }
  if (conditions.system !== undefined) rows = rows.where('system', '=', conditions.system);
  const found = await rows.execute();
  if (found.length > MOST_ITEMS) {
    throw new UserError(`more than ${MOST_ITEMS} packages and versions fit`, { exitCode: 2, hint: 'a longer pattern' });
  }
  return found.filter((row) => (pattern === undefined || fitsPattern(pattern, row.name)) && fits(row, conditions));
}

function fits({ system, version, flags }: ItemRow, { older, newer, equal, flag }: ItemConditions): boolean {
  const order = versionOrder(system);
  return (
    (older === undefined || order(version, older) < 0) &&
    (newer === undefined || order(version, newer) > 0) &&
    (equal === undefined || order(version, equal) === 0) &&
    (flag === undefined || flagsOf(flags).includes(flag))
  );
}

export const flagsOf = (flags: string): string[] => (flags === '' ? [] : flags.split(','));

/** For a scan of sets. */
export function wantedItems(items: readonly { readonly id: number }[]): WantedItems {
  const wanted = new Uint8Array(items.reduce((most, { id }) => Math.max(most, id), 0) + 1);
  for (const { id } of items) wanted[id] = 1;
  return wanted;
}

/** By name, architecture, and version, the newest first. */
export function byNameAndVersion(left: ItemRow, right: ItemRow): number {
  if (left.name !== right.name) return left.name < right.name ? -1 : 1;
  if (left.arch !== right.arch) return left.arch < right.arch ? -1 : 1;
  return versionOrder(left.system)(right.version, left.version);
}

/** As answers have it. */
export const asPackage = ({ name, arch, version, flags }: Omit<ItemRow, 'id' | 'system' | 'origin'>) => ({
  name,
  arch,
  version,
  flags: flagsOf(flags),
});
