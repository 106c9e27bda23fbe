// The key that signs wake-ups. In: a store. Out: the key, made when it is first needed; all servers of one store have the same.
import { generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { readPrivateKey } from '../../contract/fleet/signed-request.ts';
import type { Queries } from '../store/open-store.ts';

const KEY = 'wake-up-key';

export async function readWakeKey(queries: Queries): Promise<KeyObject> {
  const find = () => queries.selectFrom('meta').select('value').where('key', '=', KEY).executeTakeFirst();
  const found = await find();
  if (found !== undefined) return readPrivateKey(found.value);
  const value = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' });
  // Another server may have been as quick.
  await queries
    .insertInto('meta')
    .values({ key: KEY, value })
    .onConflict((conflict) => conflict.column('key').doNothing())
    .execute();
  return readPrivateKey((await find())?.value ?? value);
}
