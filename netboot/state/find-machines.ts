// Machines in the server's database, read. In: ids, MACs, names. Out: rows. Never: writes, decisions.
import { lookupSchema } from '../../contract/lookup.ts';
import type { Lookup } from '../../contract/lookup.ts';
import { parseJsonEdge } from '../../lib/parse-edge.ts';
import type { StateDatabase } from './database.ts';
import { DamagedRowError, orDamaged, parseMachineRow } from './machine-row.ts';
import type { MachineRow } from './machine-row.ts';

/** Where machines are kept. */
export type MachineTable = { readonly database: StateDatabase; readonly now: () => number };

/** Of a snapshot that is not JSON, SQLite would fail the whole page. */
const ofSnapshot = (name: string): string =>
  `CASE WHEN json_valid(snapshot) THEN json_extract(snapshot, '$.${name}') WHEN snapshot IS NULL THEN NULL ELSE 'not JSON' END`;
/** All but what may be large: the snapshot of the arming, and the last report. */
const COLUMNS = `id, name, life, changed_at, record_digest, token_hash, system_token_hash, timeline,
  ${ofSnapshot('initData')} AS init_data, ${ofSnapshot('knownEmpty')} AS known_empty,
  (SELECT json_group_array(mac) FROM (SELECT mac FROM macs WHERE machine_id = id ORDER BY position)) AS macs`;
const BY_ID = `SELECT ${COLUMNS} FROM machines WHERE id = ?`;
const BY_NAME = `SELECT ${COLUMNS} FROM machines WHERE name = ? ORDER BY rowid DESC`;
const PAGE = `SELECT rowid, ${COLUMNS} FROM machines WHERE rowid > ? ORDER BY rowid LIMIT ?`;
const OWNER = 'SELECT machine_id FROM macs WHERE mac = ?';

/** @throws DamagedRowError; StateError */
export function findMachine({ database }: MachineTable, id: string): MachineRow | undefined {
  const row = database.get(BY_ID, id);
  return row === undefined ? undefined : parseMachineRow(row);
}

/** @throws DamagedRowError; StateError; Error when there is none */
export function getMachine(table: MachineTable, id: string): MachineRow {
  const row = findMachine(table, id);
  if (row === undefined) throw new Error(`no machine ${id} in the server's database`);
  return row;
}

/** The latest machine that has had the name. @throws DamagedRowError; StateError */
export function findByName({ database }: MachineTable, name: string): MachineRow | undefined {
  const row = database.get(BY_NAME, name);
  return row === undefined ? undefined : parseMachineRow(row);
}

/** @throws DamagedRowError; StateError */
export function findByMac(table: MachineTable, mac: string): MachineRow | undefined {
  const id = findOwner(table, mac);
  return id === undefined ? undefined : findMachine(table, id);
}

/** The id of the machine that has the MAC address. @throws StateError */
export function findOwner({ database }: MachineTable, mac: string): string | undefined {
  const id = database.get(OWNER, mac)?.['machine_id'];
  return id === undefined ? undefined : String(id);
}

/** Some machines, in the order in which they were first seen. */
export type MachinePage = {
  readonly rows: readonly MachineRow[];
  readonly damaged: readonly DamagedRowError[];
  /** Stands for the last of them; undefined when there are no more. */
  readonly last: number | undefined;
};

/** At most `count` machines after the one that `after` stands for. @throws StateError */
export function readMachinePage({ database }: MachineTable, after: number, count: number): MachinePage {
  const found = database.all(PAGE, after, count);
  const page = { rows: [] as MachineRow[], damaged: [] as DamagedRowError[] };
  for (const row of found) {
    try {
      page.rows.push(parseMachineRow(row));
    } catch (error) {
      if (!(error instanceof DamagedRowError)) throw error;
      page.damaged.push(error);
    }
  }
  return { ...page, last: found.length < count ? undefined : Number(found.at(-1)?.['rowid']) };
}

/** What the arming hands out; undefined when the machine was never armed. @throws DamagedRowError; StateError */
export function readSnapshot({ database }: MachineTable, id: string): Lookup | undefined {
  const row = database.get('SELECT name, snapshot FROM machines WHERE id = ?', id);
  const text = row?.['snapshot'] ?? undefined;
  if (text === undefined) return undefined;
  const machine = { id, name: String(row?.['name']) };
  return orDamaged(machine, 'snapshot', () => parseJsonEdge(lookupSchema, String(text), 'the arming'));
}

/** `{atMs, report}` as JSON text; `null` when there is none. @throws DamagedRowError; StateError */
export function readLastReportText({ database }: MachineTable, id: string): string {
  const row = database.get('SELECT name, last_report, json_valid(last_report) AS ok FROM machines WHERE id = ?', id);
  if (row?.['ok'] === 0) throw new DamagedRowError({ id, name: String(row['name']) }, 'last_report', undefined);
  return String(row?.['last_report'] ?? null);
}
