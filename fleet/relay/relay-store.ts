// What a relay keeps: the public keys of hosts that the server has answered, and the newest check-in of each host while the server
// is away. In: a file. Out: rows. Bounded in rows and bytes, whatever comes. Never: a secret of a host: none passes here.
import { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';

type HeldCheckIn = {
  readonly hostId: string;
  readonly path: string;
  readonly signature: string;
  readonly encoding: string;
  readonly address: string;
  readonly body: Uint8Array;
  /** Milliseconds since 1970. */
  readonly heldAt: number;
};

export type RelayStore = {
  readonly keyOf: (hostId: string) => string | undefined;
  readonly learnKey: (hostId: string, publicKey: string) => void;
  /** Takes the place of the host's former one. @returns false when there is no room */
  readonly hold: (checkIn: HeldCheckIn) => boolean;
  readonly oldest: () => HeldCheckIn | undefined;
  /** Only this one: a newer one of the same host stays. */
  readonly drop: (held: Pick<HeldCheckIn, 'hostId' | 'heldAt'>) => void;
  readonly count: () => number;
  readonly close: () => void;
};

export type RelayLimits = { readonly keys: number; readonly held: number; readonly heldBytes: number };

const LIMITS: RelayLimits = { keys: 50_000, held: 20_000, heldBytes: 64 * 1024 * 1024 };

const countSchema = z.object({ count: z.int(), bytes: z.int() });
const keySchema = z.object({ publicKey: z.string() });
const heldSchema = z.object({
  hostId: z.string(),
  path: z.string(),
  signature: z.string(),
  encoding: z.string(),
  address: z.string(),
  body: z.instanceof(Uint8Array),
  heldAt: z.number(),
});

const TABLES = `
  pragma journal_mode = wal;
  create table if not exists keys (hostId text primary key, publicKey text not null);
  create table if not exists held (hostId text primary key, path text not null, signature text not null,
    encoding text not null, address text not null, body blob not null, heldAt integer not null);
  create index if not exists oldest on held (heldAt);`;

export function openRelayStore(file: string, limits: RelayLimits = LIMITS): RelayStore {
  const database = new DatabaseSync(file);
  database.exec(TABLES);
  const one = (sql: string, ...values: string[]): unknown => database.prepare(sql).get(...values);
  const totals = (): z.output<typeof countSchema> =>
    countSchema.parse(one('select count(*) count, coalesce(sum(length(body)), 0) bytes from held'));

  function learnKey(hostId: string, publicKey: string): void {
    if (keyOf(hostId) === publicKey) return;
    database.prepare('insert or replace into keys (hostId, publicKey) values (?, ?)').run(hostId, publicKey);
    const excess = 'select rowid from keys order by rowid desc limit -1 offset ?';
    database.prepare(`delete from keys where rowid in (${excess})`).run(limits.keys);
  }

  function keyOf(hostId: string): string | undefined {
    const row = one('select publicKey from keys where hostId = ?', hostId);
    return row === undefined ? undefined : keySchema.parse(row).publicKey;
  }

  function hold(checkIn: HeldCheckIn): boolean {
    const { hostId, path, signature, encoding, address, body, heldAt } = checkIn;
    const isThere = one('select 1 from held where hostId = ?', hostId) !== undefined;
    const { count, bytes } = totals();
    if ((!isThere && count >= limits.held) || bytes + body.length > limits.heldBytes) return false;
    database
      .prepare('insert or replace into held values (?, ?, ?, ?, ?, ?, ?)')
      .run(hostId, path, signature, encoding, address, body, heldAt);
    return true;
  }

  return {
    keyOf,
    learnKey,
    hold,
    oldest: () => {
      const row = one('select * from held order by heldAt limit 1');
      return row === undefined ? undefined : heldSchema.parse(row);
    },
    drop: ({ hostId, heldAt }) => {
      database.prepare('delete from held where hostId = ? and heldAt <= ?').run(hostId, heldAt);
    },
    count: () => totals().count,
    close: () => database.close(),
  };
}
