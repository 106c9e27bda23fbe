// The fleet's server, without its sockets: what all of its parts share. In: a store. Out: one object.
// Never: listens, or reads a file.
import { randomBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { Log } from '../lib/log.ts';
import type { Rank } from '../contract/fleet/operation.ts';
import { askHere } from './questions/questions.ts';
import type { AskQuestion } from './questions/questions.ts';
import type { MachineRecords } from './classes/machine-records.ts';
import type { PackageFiles } from './package-files/package-files.ts';
import { readOrderKey } from './orders/order-key.ts';
import type { Store } from './store/open-store.ts';

export type Fleet = {
  readonly store: Store;
  readonly log: Log;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Proves that an exchange token is this server's; all servers of one store have the same. */
  readonly tokenKey: Uint8Array;
  /** Signs orders; all servers of one store have the same. */
  readonly orderKey: KeyObject;
  /** How far apart a host's check-ins are, in seconds, when there is nothing to do and the server is not busy. */
  readonly intervalSeconds: number;
  /** How often the interval is doubled, as the server is busy: 0 when it is not. */
  readonly busyness: () => number;
  /** What whoever looks after the server should know of it, such as a certificate that ends soon. */
  readonly warnings: () => readonly string[];
  /** Questions about lists of packages. */
  readonly ask: AskQuestion;
  /** Package files that jobs install; undefined where the server keeps none. */
  readonly packageFiles: PackageFiles | undefined;
  /** The machine database as it is now; undefined where the server has no site. */
  readonly records: (() => MachineRecords) | undefined;
};

/** Who asks: an account, a program's token, or whoever may use the server's socket. */
export type Actor = {
  readonly name: string;
  readonly role: Rank;
  /** The row of the token that was shown. */
  readonly credential?: number;
  /** The one operation that its token is good for; absent for one that is good for all that the role allows. */
  readonly only?: string;
};

export type FleetOptions = {
  readonly store: Store;
  readonly log: Log;
  readonly now?: () => number;
  readonly intervalSeconds?: number;
  readonly busyness?: () => number;
  readonly warnings?: () => readonly string[];
  /** A server gives a process (questions/question-process.ts); otherwise questions are answered in this one. */
  readonly ask?: AskQuestion;
  readonly records?: () => MachineRecords;
  readonly packageFiles?: PackageFiles | undefined;
};

const TOKEN_KEY = 'exchange-token-key';
const HALF_AN_HOUR = 1800;

/** Makes the keys of exchange tokens and of orders when the store is new. */
export async function openFleet({
  store,
  log,
  now = Date.now,
  intervalSeconds = HALF_AN_HOUR,
  busyness = () => 0,
  warnings = () => [],
  ask = askHere(store.queries),
  records,
  packageFiles,
}: FleetOptions): Promise<Fleet> {
  const value = randomBytes(32).toString('base64url');
  await store.queries
    .insertInto('meta')
    .values({ key: TOKEN_KEY, value })
    // Another server of the same store may have made it just now.
    .onConflict((conflict) => conflict.column('key').doNothing())
    .execute();
  const row = await store.queries
    .selectFrom('meta')
    .select('value')
    .where('key', '=', TOKEN_KEY)
    .executeTakeFirstOrThrow();
  return {
    store,
    log,
    now,
    tokenKey: Buffer.from(row.value, 'base64url'),
    orderKey: await readOrderKey(store.queries),
    intervalSeconds,
    busyness,
    warnings,
    ask,
    records,
    packageFiles,
  };
}
