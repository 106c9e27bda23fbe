// The key that signs orders. In: a store. Out: the key, made when it is first needed; all servers of one store have the same.
// It signs nothing else: a host's root does what it has signed.
import type { KeyObject } from 'node:crypto';
import type { Queries } from '../store/open-store.ts';
import { readStoredKey } from '../store/stored-key.ts';

export const readOrderKey = (queries: Queries): Promise<KeyObject> => readStoredKey(queries, 'order-key');
