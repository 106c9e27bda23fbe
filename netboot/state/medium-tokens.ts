// Tokens of machines that are installed from a medium without the server. In: hashes. Out: rows. Never: a token itself.
import { timingSafeEqual } from 'node:crypto';
import type { MachineTable } from './find-machines.ts';

const SAVE = 'INSERT INTO medium_tokens (token_hash, machine_id, made_at) VALUES (?, ?, ?)';
/** A machine that has so many media uses one of the newest. */
const NEWEST = 'SELECT token_hash FROM medium_tokens WHERE machine_id = ? ORDER BY made_at DESC LIMIT 20';

/** @throws StateError */
export function addMediumToken({ database, now }: MachineTable, machineId: string, tokenHash: string): void {
  database.run(SAVE, tokenHash, machineId, now());
}

/** Whether one of the machine's latest media has this token. @throws StateError */
export function isMediumToken({ database }: MachineTable, machineId: string, tokenHash: string): boolean {
  const wanted = Buffer.from(tokenHash, 'hex');
  return database
    .all(NEWEST, machineId)
    .some((row) => timingSafeEqual(Buffer.from(String(row['token_hash']), 'hex'), wanted));
}

/** The system that this one was for has reported. @throws StateError */
export function removeMediumToken({ database }: MachineTable, tokenHash: string): void {
  database.run('DELETE FROM medium_tokens WHERE token_hash = ?', tokenHash);
}
