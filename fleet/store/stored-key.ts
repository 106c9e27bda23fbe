// A private key in the store. In: its name. Out: the key, made when it is first needed; all servers of one store have the same.
import { generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { readPrivateKey } from '../../contract/fleet/signed-request.ts';
import type { Queries } from './open-store.ts';

/** @returns an ed25519 key */
export async function readStoredKey(queries: Queries, name: string): Promise<KeyObject> {
  const find = () => queries.selectFrom('meta').select('value').where('key', '=', name).executeTakeFirst();
  const found = await find();
  if (found !== undefined) return readPrivateKey(found.value);
  const value = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' });
  // Another server may have been as quick.
  await queries
    .insertInto('meta')
    .values({ key: name, value })
    .onConflict((conflict) => conflict.column('key').doNothing())
    .execute();
  return readPrivateKey((await find())?.value ?? value);
}
