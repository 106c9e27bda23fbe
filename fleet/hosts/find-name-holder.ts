// Whose a name is. In: a name. Out: the id of the host that has it. Hosts that wait, or were revoked, hold no name.
import type { StoreTransaction } from '../store/open-store.ts';

export async function findNameHolder(
  transaction: StoreTransaction,
  { name, except }: { name: string; except: string },
): Promise<string | undefined> {
  const row = await transaction
    .selectFrom('hosts')
    .select('id')
    .where('name', '=', name.toLowerCase())
    .where('state', 'in', ['enrolled', 'quarantined'])
    .where('id', '!=', except)
    .executeTakeFirst();
  return row?.id;
}
