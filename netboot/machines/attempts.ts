// Attempts at an installation, and whose token is whose. In: a machine's row, a token. Out: tokens. Never: keeps a
// token, of which the database has the SHA-256.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { findMachine } from '../state/find-machines.ts';
import type { MachineRow } from '../state/machine-row.ts';
import { addMediumToken, isMediumToken, removeMediumToken } from '../state/medium-tokens.ts';
import { setSystemTokenHash, setTokenHash } from '../state/save-machines.ts';
import { mayInstall } from '../state/transitions.ts';
import { applyOccurrence, recordIfPossible, recordTogether, startTimeline } from './machines.ts';
import type { Machines } from './machines.ts';

/** Notes a DHCPDISCOVER of firmware or iPXE; a new boot of an armed machine opens a new timeline. */
export function seenNetboot(machines: Machines, row: MachineRow, stage: 'firmware' | 'ipxe'): void {
  if (!machines.boots.seen(row.id, stage) || !mayInstall(row.life)) return;
  recordIfPossible(machines, () => startTimeline(machines, row));
}

/** Begins an attempt: a new token, good until the next one; only its SHA-256 is kept. @throws StateError */
export function beginAttempt(machines: Machines, row: MachineRow): string {
  const { boots, table } = machines;
  const token = newToken();
  recordTogether(machines, () => {
    if (boots.current(row.id) === undefined) startTimeline(machines, row);
    applyOccurrence(machines, row.id, { kind: 'installer-given' });
    setTokenHash(table, row.id, hash(token));
  });
  boots.scriptGiven(row.id, token);
  return token;
}

/** The token of the script that this very boot was given a moment ago. */
export function tokenOfSameBoot({ boots }: Machines, row: MachineRow): string | undefined {
  return boots.given(row.id);
}

/** Remembers that a script without a token was given, so that fetching it twice counts once. */
export function localScriptGiven({ boots }: Machines, row: MachineRow): void {
  boots.scriptGiven(row.id, '');
}

/**
 * Whose token it is: that of the machine's latest attempt, that of the system on its disk, which stays good until an
 * attempt has replaced that system, or that of a medium. A good one of an attempt ends the fetch-again grace.
 */
export function authenticate(machines: Machines, machineId: string, token: string): TokenOwner | undefined {
  const owner = ownerOfToken(machines, machineId, token);
  if (owner === 'attempt') machines.boots.tokenUsed(machineId);
  return owner;
}

/** `medium`: a system that was installed from a medium, and has not reported yet. */
export type TokenOwner = 'attempt' | 'system' | 'medium';

/** The same for who only looks. */
export function ownerOfToken({ table }: Machines, machineId: string, token: string): TokenOwner | undefined {
  const row = findMachine(table, machineId);
  if (matches(token, row?.tokenHash)) return 'attempt';
  if (matches(token, row?.systemTokenHash)) return 'system';
  return isMediumToken(table, machineId, hash(token)) ? 'medium' : undefined;
}

/** A token for the system that a medium is to install. @throws StateError */
export function giveMediumToken({ table }: Machines, machineId: string): string {
  const token = newToken();
  addMediumToken(table, machineId, hash(token));
  return token;
}

/** The system on the disk is the one that a medium has installed; the token of the one before ends. @throws StateError */
export function acceptMediumToken({ table }: Machines, machineId: string, token: string): void {
  setSystemTokenHash(table, machineId, hash(token));
  removeMediumToken(table, hash(token));
}

/** A new token for the system that is on the machine's disk; those of attempts, and an older system's, end. */
export function giveSystemToken({ table }: Machines, machineId: string): string {
  const token = newToken();
  setSystemTokenHash(table, machineId, hash(token));
  return token;
}

const newToken = (): string => randomBytes(32).toString('hex');
const hash = (token: string): string => createHash('sha256').update(token).digest('hex');

function matches(token: string, expected: string | undefined): boolean {
  return expected !== undefined && timingSafeEqual(Buffer.from(hash(token), 'hex'), Buffer.from(expected, 'hex'));
}
