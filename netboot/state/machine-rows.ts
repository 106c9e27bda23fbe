// Machines in the server's database. In: ids, MACs, lives. Out: rows. Never: decisions.
import type { SQLOutputValue } from 'node:sqlite';
import { z } from 'zod';
import { initDataSchema, knownEmptySchema, lookupSchema } from '../../contract/lookup.ts';
import type { Lookup } from '../../contract/lookup.ts';
import { parseJsonEdge } from '../../lib/parse-edge.ts';
import type { Report } from '../../contract/report.ts';
import { boundReport } from './bound-report.ts';
import type { StateDatabase } from './database.ts';
import type { Life } from './transitions.ts';

export type MachineRow = {
  /** The machineId. */
  readonly id: string;
  readonly name: string;
  readonly macs: readonly string[];
  readonly life: Life;
  readonly changedAtMs: number;
  /** What the arming is bound to. */
  readonly recordDigest: string | undefined;
  /** Data partitions that the arming allows to be made. */
  readonly initData: readonly string[];
  /** Serial numbers of disks whose unreadable content it takes for free space. */
  readonly knownEmpty: readonly string[];
  /** SHA-256 of the latest attempt's token, in hexadecimal. */
  readonly tokenHash: string | undefined;
  /** That of the token which the system on the disk has: the one of the attempt that installed it. */
  readonly systemTokenHash: string | undefined;
  readonly timeline: number;
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

/** All but what may be large: the snapshot of the arming, and the last report. */
const COLUMNS = `id, name, life, changed_at, record_digest, token_hash, system_token_hash, timeline,
  json_extract(snapshot, '$.initData') AS init_data, json_extract(snapshot, '$.knownEmpty') AS known_empty,
  (SELECT json_group_array(mac) FROM (SELECT mac FROM macs WHERE machine_id = id ORDER BY position)) AS macs`;
const BY_ID = `SELECT ${COLUMNS} FROM machines WHERE id = ?`;
const BY_NAME = `SELECT ${COLUMNS} FROM machines WHERE name = ? ORDER BY rowid DESC`;
const PAGE = `SELECT rowid, ${COLUMNS} FROM machines WHERE rowid > ? ORDER BY rowid LIMIT ?`;
const OWNER = 'SELECT machine_id FROM macs WHERE mac = ?';
const SET_MAC = 'INSERT OR REPLACE INTO macs (mac, machine_id, position) VALUES (?, ?, ?)';

const lifeSchema = z.looseObject({ state: z.string() });
const macsSchema = z.array(z.string());
const allowedSchema = z.array(initDataSchema);
const serialsSchema = z.array(knownEmptySchema);

export function createMachineRows(database: StateDatabase, now: () => number) {
  function find(id: string): MachineRow | undefined {
    const row = database.get(BY_ID, id);
    return row === undefined ? undefined : read(row);
  }

  function get(id: string): MachineRow {
    const row = find(id);
    if (row === undefined) throw new Error(`no machine ${id} in the server's database`);
    return row;
  }

  function owner(mac: string): string | undefined {
    const id = database.get(OWNER, mac)?.['machine_id'];
    return id === undefined ? undefined : String(id);
  }

  function setMacs(id: string, macs: readonly string[]): void {
    database.run('DELETE FROM macs WHERE machine_id = ?', id);
    macs.forEach((mac, index) => database.run(SET_MAC, mac, id, index));
  }

  /** Some machines after the one that `after` stands for, in the order in which they were first seen. */
  function page(after: number, count: number): { rows: MachineRow[]; last: number | undefined } {
    const found = database.all(PAGE, after, count);
    return { rows: found.map(read), last: found.length < count ? undefined : Number(found.at(-1)?.['rowid']) };
  }

  return {
    find,
    get,
    page,
    byMac: (mac: string): MachineRow | undefined => {
      const id = owner(mac);
      return id === undefined ? undefined : find(id);
    },
    byName: (name: string): MachineRow | undefined => {
      const row = database.get(BY_NAME, name);
      return row === undefined ? undefined : read(row);
    },

    /** The machine that owns the first of these MACs that is known; its name and MACs follow the site. */
    byMacs: (macs: readonly string[], name: string): MachineRow | undefined => {
      const id = macs.map(owner).find((found) => found !== undefined);
      if (id === undefined) return undefined;
      const row = get(id);
      if (row.name === name && row.macs.join() === macs.join()) return row;
      return database.transaction(() => {
        if (row.name !== name) database.run('UPDATE machines SET name = ? WHERE id = ?', name, id);
        if (row.macs.join() !== macs.join()) setMacs(id, macs);
        return get(id);
      });
    },

    create: (machine: { id: string; name: string; macs: readonly string[] }): MachineRow =>
      database.transaction(() => {
        const insert = 'INSERT INTO machines (id, name, life, changed_at) VALUES (?, ?, ?, ?)';
        database.run(insert, machine.id, machine.name, JSON.stringify(NEW_LIFE), now());
        setMacs(machine.id, machine.macs);
        return get(machine.id);
      }),

    /** `changedAtMs` is when the state changed, not when a step of it did. */
    saveLife: (before: MachineRow, life: Life): void => {
      const changedAtMs = before.life.state === life.state ? before.changedAtMs : now();
      const save = 'UPDATE machines SET life = ?, changed_at = ? WHERE id = ?';
      database.run(save, JSON.stringify(life), changedAtMs, before.id);
    },
    saveArming: (id: string, arming: { snapshot: Lookup; recordDigest: string }): void => {
      const save = 'UPDATE machines SET snapshot = ?, record_digest = ? WHERE id = ?';
      database.run(save, JSON.stringify(arming.snapshot), arming.recordDigest, id);
    },
    /** What the arming hands out; undefined when the machine was never armed. */
    snapshot: (id: string): Lookup | undefined => {
      const text = database.get('SELECT snapshot FROM machines WHERE id = ?', id)?.['snapshot'] ?? undefined;
      return text === undefined ? undefined : parseJsonEdge(lookupSchema, String(text), `the arming of machine ${id}`);
    },
    setTokenHash: (id: string, tokenHash: string): void => {
      database.run('UPDATE machines SET token_hash = ? WHERE id = ?', tokenHash, id);
    },
    /** From now on the system on the disk is the one that the latest attempt installed. */
    keepTokenForSystem: (id: string): void => {
      database.run('UPDATE machines SET system_token_hash = token_hash WHERE id = ?', id);
    },
    /** The system on the disk was not installed by an attempt. */
    setSystemTokenHash: (id: string, tokenHash: string): void => {
      database.run('UPDATE machines SET token_hash = NULL, system_token_hash = ? WHERE id = ?', tokenHash, id);
    },
    setTimeline: (id: string, timeline: number): void => {
      database.run('UPDATE machines SET timeline = ? WHERE id = ?', timeline, id);
    },
    saveReport: (id: string, report: Report): void => {
      const text = JSON.stringify({ atMs: now(), report: boundReport(report) });
      database.run('UPDATE machines SET last_report = ? WHERE id = ?', text, id);
    },
    /** `{atMs, report}` as JSON text; `null` when there is none. */
    lastReportText: (id: string): string =>
      String(database.get('SELECT last_report FROM machines WHERE id = ?', id)?.['last_report'] ?? null),
  };
}

function read(row: Record<string, SQLOutputValue>): MachineRow {
  const id = String(row['id']);
  const what = `machine ${id} in the server's database`;
  const text = (column: string): string | undefined => (row[column] === null ? undefined : String(row[column]));
  return {
    id,
    name: String(row['name']),
    macs: parseJsonEdge(macsSchema, String(row['macs']), what),
    life: { ...NEW_LIFE, ...(parseJsonEdge(lifeSchema, String(row['life']), what) as Partial<Life>) },
    changedAtMs: Number(row['changed_at']),
    recordDigest: text('record_digest'),
    initData: parseJsonEdge(allowedSchema, text('init_data') ?? '[]', what),
    knownEmpty: parseJsonEdge(serialsSchema, text('known_empty') ?? '[]', what),
    tokenHash: text('token_hash'),
    systemTokenHash: text('system_token_hash'),
    timeline: Number(row['timeline']),
  };
}
