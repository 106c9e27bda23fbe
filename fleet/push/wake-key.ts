// The key that signs wake-ups. In: a store. Out: the key, made when it is first needed; all servers of one store have the same.
import type { KeyObject } from 'node:crypto';
import type { Queries } from '../store/open-store.ts';
import { readStoredKey } from '../store/stored-key.ts';

export const readWakeKey = (queries: Queries): Promise<KeyObject> => readStoredKey(queries, 'wake-up-key');
