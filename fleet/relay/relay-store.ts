// What a relay keeps: the public keys and addresses of hosts that the server has answered, and the newest check-in of each host while the server
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

type KnownHost = { readonly hostId: string; readonly publicKey: string; readonly address: string };

export type RelayStore = {
  readonly keyOf: (hostId: string) => string | undefined;
  /** Where it was when the server last answered it. */
  readonly addressOf: (hostId: string) => string | undefined;
  readonly learnHost: (host: KnownHost) => void;
  /** Takes the place of the host's former one. @returns false when there is no room */
  readonly hold: (checkIn: HeldCheckIn) => boolean;
  readonly oldest: () => HeldCheckIn | undefined;
  /** Only this one: a newer one of the same host stays. */
  readonly drop: (held: Pick<HeldCheckIn, 'hostId' | 'heldAt'>) => void;
  readonly count: () => number;
  readonly close: () => void;
};

export type RelayLimits = { readonly hosts: number; readonly held: number; readonly heldBytes: number };

const LIMITS: RelayLimits = { hosts: 50_000, held: 20_000, heldBytes: 64 * 1024 * 1024 };

const countSchema = z.object({ count: z.int(), bytes: z.int() });
const knownSchema = z.object({ publicKey: z.string(), address: z.string() });
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
  create table if not exists hosts (hostId text primary key, publicKey text not null, address text not null);
  create table if not exists held (hostId text primary key, path text not null, signature text not null,
    encoding text not null, address text not null, body blob not null, heldAt integer not null);
  create index if not exists oldest on held (heldAt);`;

export function openRelayStore(file: string, limits: RelayLimits = LIMITS): RelayStore {
  const database = new DatabaseSync(file);
  database.exec(TABLES);
  const one = (sql: string, ...values: string[]): unknown => database.prepare(sql).get(...values);
  const totals = (): z.output<typeof countSchema> =>
    countSchema.parse(one('select count(*) count, coalesce(sum(length(body)), 0) bytes from held'));

  function learnHost({ hostId, publicKey, address }: KnownHost): void {
    const known = find(hostId);
    if (known?.publicKey === publicKey && known.address === address) return;
    database.prepare('insert or replace into hosts values (?, ?, ?)').run(hostId, publicKey, address);
    const excess = 'select rowid from hosts order by rowid desc limit -1 offset ?';
    database.prepare(`delete from hosts where rowid in (${excess})`).run(limits.hosts);
  }

  function find(hostId: string): z.output<typeof knownSchema> | undefined {
    const row = one('select publicKey, address from hosts where hostId = ?', hostId);
    return row === undefined ? undefined : knownSchema.parse(row);
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
    keyOf: (hostId) => find(hostId)?.publicKey,
    addressOf: (hostId) => find(hostId)?.address,
    learnHost,
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
