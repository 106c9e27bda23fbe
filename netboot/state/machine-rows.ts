// Machines in the server's database. In: ids, MACs, lives. Out: rows. Never: decisions.
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { lookupSchema } from '../../contract/lookup.ts';
import type { Lookup } from '../../contract/lookup.ts';
import type { Report } from '../../contract/report.ts';
import type { Life } from './transitions.ts';

export type MachineRow = {
  /** The machineId. */
  readonly id: string;
  readonly name: string;
  readonly macs: readonly string[];
  readonly life: Life;
  readonly changedAtMs: number;
  /** What the arming is bound to and hands out. */
  readonly recordDigest: string | undefined;
  readonly snapshot: Lookup | undefined;
  /** SHA-256 of the latest attempt's token, in hexadecimal. */
  readonly tokenHash: string | undefined;
  /** That of the token which the system on the disk has: the one of the attempt that installed it. */
  readonly systemTokenHash: string | undefined;
  readonly timeline: number;
  readonly lastReport: { readonly atMs: number; readonly report: Report } | undefined;
};

const NEW_LIFE: Life = {
  state: 'unknown',
  reason: undefined,
  stateBefore: 'unknown',
  attempts: 0,
  attemptsAllowed: 0,
  localBoots: 0,
  lastStep: undefined,
};

export function createMachineRows(database: DatabaseSync, now: () => number) {
  const sql = prepareAll(database);

  function read(row: Record<string, SQLOutputValue>): MachineRow {
    const id = String(row['id']);
    const text = (column: string): string | undefined => (row[column] === null ? undefined : String(row[column]));
    const snapshot = text('snapshot');
    const report = text('last_report');
    return {
      id,
      name: String(row['name']),
      macs: sql.macs.all(id).map((mac) => String(mac['mac'])),
      life: { ...NEW_LIFE, ...(JSON.parse(String(row['life'])) as Partial<Life>) },
      changedAtMs: Number(row['changed_at']),
      recordDigest: text('record_digest'),
      snapshot: snapshot === undefined ? undefined : lookupSchema.parse(JSON.parse(snapshot)),
      tokenHash: text('token_hash'),
      systemTokenHash: text('system_token_hash'),
      timeline: Number(row['timeline']),
      lastReport: report === undefined ? undefined : (JSON.parse(report) as { atMs: number; report: Report }),
    };
  }

  function find(id: string): MachineRow | undefined {
    const row = sql.byId.get(id);
    return row === undefined ? undefined : read(row);
  }

  function get(id: string): MachineRow {
    const row = find(id);
    if (row === undefined) throw new Error(`no machine ${id} in the server's database`);
    return row;
  }

  return {
    find,
    get,
    byMac: (mac: string): MachineRow | undefined => {
      const owner = sql.byMac.get(mac)?.['machine_id'];
      return owner === undefined ? undefined : find(String(owner));
    },
    all: (): MachineRow[] => sql.all.all().map(read),

    /** The machine that owns the first of these MACs that is known; its name and MACs follow the site. */
    byMacs: (macs: readonly string[], name: string): MachineRow | undefined => {
      const owner = macs.map((mac) => sql.byMac.get(mac)?.['machine_id']).find((id) => id !== undefined);
      if (owner === undefined || owner === null) return undefined;
      const row = get(String(owner));
      if (row.name !== name) sql.rename.run(name, row.id);
      if (row.macs.join() !== macs.join()) {
        sql.dropMacs.run(row.id);
        macs.forEach((mac, index) => sql.setMac.run(mac, row.id, index));
      }
      return row.name === name && row.macs.join() === macs.join() ? row : get(row.id);
    },

    create: (machine: { id: string; name: string; macs: readonly string[] }): MachineRow => {
      sql.insert.run(machine.id, machine.name, JSON.stringify(NEW_LIFE), now());
      machine.macs.forEach((mac, index) => sql.setMac.run(mac, machine.id, index));
      return get(machine.id);
    },

    /** `changedAtMs` is when the state changed, not when a step of it did. */
    saveLife: (id: string, life: Life): void => {
      const before = get(id);
      const changedAtMs = before.life.state === life.state ? before.changedAtMs : now();
      sql.life.run(JSON.stringify(life), changedAtMs, id);
    },
    saveArming: (id: string, arming: { snapshot: Lookup; recordDigest: string }): void => {
      sql.arming.run(JSON.stringify(arming.snapshot), arming.recordDigest, id);
    },
    setTokenHash: (id: string, tokenHash: string): void => {
      sql.token.run(tokenHash, id);
    },
    /** From now on the system on the disk is the one that the latest attempt installed. */
    keepTokenForSystem: (id: string): void => {
      sql.keepToken.run(id);
    },
    /** The system on the disk was not installed by an attempt. */
    setSystemTokenHash: (id: string, tokenHash: string): void => {
      sql.systemToken.run(tokenHash, id);
    },
    setTimeline: (id: string, timeline: number): void => {
      sql.timeline.run(timeline, id);
    },
    saveReport: (id: string, report: Report): void => {
      sql.report.run(JSON.stringify({ atMs: now(), report }), id);
    },
  };
}

function prepareAll(database: DatabaseSync) {
  return {
    byId: database.prepare('SELECT * FROM machines WHERE id = ?'),
    byMac: database.prepare('SELECT machine_id FROM macs WHERE mac = ?'),
    macs: database.prepare('SELECT mac FROM macs WHERE machine_id = ? ORDER BY position'),
    all: database.prepare('SELECT * FROM machines ORDER BY name'),
    insert: database.prepare('INSERT INTO machines (id, name, life, changed_at) VALUES (?, ?, ?, ?)'),
    setMac: database.prepare('INSERT OR REPLACE INTO macs (mac, machine_id, position) VALUES (?, ?, ?)'),
    dropMacs: database.prepare('DELETE FROM macs WHERE machine_id = ?'),
    rename: database.prepare('UPDATE machines SET name = ? WHERE id = ?'),
    life: database.prepare('UPDATE machines SET life = ?, changed_at = ? WHERE id = ?'),
    arming: database.prepare('UPDATE machines SET snapshot = ?, record_digest = ? WHERE id = ?'),
    token: database.prepare('UPDATE machines SET token_hash = ? WHERE id = ?'),
    keepToken: database.prepare('UPDATE machines SET system_token_hash = token_hash WHERE id = ?'),
    systemToken: database.prepare('UPDATE machines SET token_hash = NULL, system_token_hash = ? WHERE id = ?'),
    timeline: database.prepare('UPDATE machines SET timeline = ? WHERE id = ?'),
    report: database.prepare('UPDATE machines SET last_report = ? WHERE id = ?'),
  };
}
