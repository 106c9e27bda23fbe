// Machines in the server's database, written. In: rows, lives, armings, hashes of tokens. Never: decisions; a token itself.
import type { Lookup } from '../../contract/lookup.ts';
import type { Report } from '../../contract/report.ts';
import { boundReport } from './bound-report.ts';
import { findOwner, getMachine } from './find-machines.ts';
import type { MachineTable } from './find-machines.ts';
import { NEW_LIFE } from './machine-row.ts';
import type { MachineRow } from './machine-row.ts';
import type { Life } from './transitions.ts';

const SET_MAC = 'INSERT OR REPLACE INTO macs (mac, machine_id, position) VALUES (?, ?, ?)';

function setMacs({ database }: MachineTable, id: string, macs: readonly string[]): void {
  database.run('DELETE FROM macs WHERE machine_id = ?', id);
  macs.forEach((mac, index) => database.run(SET_MAC, mac, id, index));
}

/** A machine that was not seen before. @throws StateError */
export function addMachine(
  table: MachineTable,
  machine: { id: string; name: string; macs: readonly string[] },
): MachineRow {
  const { database, now } = table;
  return database.transaction(() => {
    const insert = 'INSERT INTO machines (id, name, life, changed_at) VALUES (?, ?, ?, ?)';
    database.run(insert, machine.id, machine.name, JSON.stringify(NEW_LIFE), now());
    setMacs(table, machine.id, machine.macs);
    return getMachine(table, machine.id);
  });
}

/**
 * The machine that owns the first of these MACs that is known; its name and MACs become those of the site.
 * @throws DamagedRowError; StateError
 */
export function followSite(
  table: MachineTable,
  { macs, name }: { macs: readonly string[]; name: string },
): MachineRow | undefined {
  const id = macs.map((mac) => findOwner(table, mac)).find((found) => found !== undefined);
  if (id === undefined) return undefined;
  const row = getMachine(table, id);
  if (row.name === name && row.macs.join() === macs.join()) return row;
  return table.database.transaction(() => {
    if (row.name !== name) table.database.run('UPDATE machines SET name = ? WHERE id = ?', name, id);
    if (row.macs.join() !== macs.join()) setMacs(table, id, macs);
    return getMachine(table, id);
  });
}

/** `changedAtMs` is when the state changed, not when a step of it did. @throws StateError */
export function saveLife({ database, now }: MachineTable, before: MachineRow, life: Life): void {
  const changedAtMs = before.life.state === life.state ? before.changedAtMs : now();
  const save = 'UPDATE machines SET life = ?, changed_at = ? WHERE id = ?';
  database.run(save, JSON.stringify(life), changedAtMs, before.id);
}

/** @throws StateError */
export function saveArming(
  { database }: MachineTable,
  id: string,
  arming: { snapshot: Lookup; recordDigest: string },
): void {
  const save = 'UPDATE machines SET snapshot = ?, record_digest = ? WHERE id = ?';
  database.run(save, JSON.stringify(arming.snapshot), arming.recordDigest, id);
}

/** @throws StateError */
export function setTokenHash({ database }: MachineTable, id: string, tokenHash: string): void {
  database.run('UPDATE machines SET token_hash = ? WHERE id = ?', tokenHash, id);
}

/** From now on the system on the disk is the one that the latest attempt installed. @throws StateError */
export function keepTokenForSystem({ database }: MachineTable, id: string): void {
  database.run('UPDATE machines SET system_token_hash = token_hash WHERE id = ?', id);
}

/** The system on the disk was not installed by an attempt. @throws StateError */
export function setSystemTokenHash({ database }: MachineTable, id: string, tokenHash: string): void {
  database.run('UPDATE machines SET token_hash = NULL, system_token_hash = ? WHERE id = ?', tokenHash, id);
}

/** @throws StateError */
export function setTimeline({ database }: MachineTable, id: string, timeline: number): void {
  database.run('UPDATE machines SET timeline = ? WHERE id = ?', timeline, id);
}

/** Keeps the report in place of the one before. @throws StateError */
export function saveReport({ database, now }: MachineTable, id: string, report: Report): void {
  const text = JSON.stringify({ atMs: now(), report: boundReport(report) });
  database.run('UPDATE machines SET last_report = ? WHERE id = ?', text, id);
}
