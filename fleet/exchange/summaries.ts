// What packages are, in a line each: asked of the first host that has a package, stored once. In: names, answers. Out: rows.
// Never: takes a summary from a host that was not asked for it.
import type { Insertable } from 'kysely';
import type { StoreTransaction } from '../store/open-store.ts';
import type { Tables } from '../store/tables.ts';

/** In one answer; contract/fleet/check-in.ts allows no more. */
const NAMES_AT_ONCE = 2000;
/** PostgreSQL takes 65,535 parameters in one statement, SQLite half of that. */
const ROWS_AT_ONCE = 1000;
/** A host that was asked and has not answered: after this time the next one with the package is asked. */
const ASKED_ANEW_MS = 86_400_000;

/** Notes which of these names nobody has been asked for, as asked of this host. @returns whether there is any */
export async function askForSummaries(
  transaction: StoreTransaction,
  { hostId, system, names, at }: { hostId: string; system: string; names: Iterable<string>; at: number },
): Promise<boolean> {
  let asked = false;
  for (const some of inParts([...new Set(names)].toSorted())) {
    const rows = some.map((name) => ({ system, name, summary: null, askedOf: hostId, askedAt: at }));
    const { numInsertedOrUpdatedRows = 0n } = await transaction
      .insertInto('summaries')
      .values(rows)
      .onConflict((conflict) =>
        conflict
          .columns(['name', 'system'])
          .doUpdateSet({ askedOf: hostId, askedAt: at })
          .where('summaries.summary', 'is', null)
          .where('summaries.askedAt', '<', at - ASKED_ANEW_MS),
      )
      .executeTakeFirstOrThrow();
    asked ||= numInsertedOrUpdatedRows > 0n;
  }
  return asked;
}

/** Names that this host is still to answer. */
export async function askedSummaries(transaction: StoreTransaction, hostId: string): Promise<string[]> {
  const rows = await transaction
    .selectFrom('summaries')
    .select('name')
    .where('askedOf', '=', hostId)
    .where('summary', 'is', null)
    .orderBy('name')
    .limit(NAMES_AT_ONCE)
    .execute();
  return rows.map(({ name }) => name);
}

/**
 * Stores the answers among `summaries` that were asked of this host. A package that it no longer has (an empty text) is asked
 * of the next host that brings it.
 * @returns whether names are left that it was asked for
 */
export async function storeSummaries(
  transaction: StoreTransaction,
  { hostId, system, summaries }: { hostId: string; system: string; summaries: readonly (readonly [string, string])[] },
): Promise<boolean> {
  const asked = new Set(await askedSummaries(transaction, hostId));
  // In one order, as another server may be asking for some of the same names.
  const own = new Map(
    summaries.filter(([name]) => asked.has(name)).toSorted(([left], [right]) => (left < right ? -1 : 1)),
  );
  for (const names of inParts([...own.keys()])) {
    const known = names.filter((name) => own.get(name) !== '');
    const rows = known.map((name) => ({ system, name, summary: own.get(name) ?? '', askedOf: hostId, askedAt: 0 }));
    await keepSummaries(transaction, hostId, rows);
    const gone = names.filter((name) => own.get(name) === '');
    if (gone.length === 0) continue;
    const ofPackages = transaction.deleteFrom('summaries').where('system', '=', system).where('name', 'in', gone);
    await ofPackages.where('askedOf', '=', hostId).execute();
  }
  return (await askedSummaries(transaction, hostId)).length > 0;
}

type SummaryRow = Insertable<Tables['summaries']>;

/** All rows are there, as they were asked for: one statement for a thousand updates. */
async function keepSummaries(transaction: StoreTransaction, hostId: string, rows: SummaryRow[]): Promise<void> {
  if (rows.length === 0) return;
  await transaction
    .insertInto('summaries')
    .values(rows)
    .onConflict((conflict) =>
      conflict
        .columns(['name', 'system'])
        .doUpdateSet((eb) => ({ summary: eb.ref('excluded.summary') }))
        .where('summaries.askedOf', '=', hostId),
    )
    .execute();
}

function* inParts(names: readonly string[]): Generator<readonly string[]> {
  for (let at = 0; at < names.length; at += ROWS_AT_ONCE) yield names.slice(at, at + ROWS_AT_ONCE);
}
