// Repairs what is known of a target. In: its state file. Out: a sound state database; what is lost. Never: touches the
// target; works beside a run.
import { withLock } from '../filesystem/file-lock.ts';
import { repairState } from '../state/repair-state.ts';
import type { Repair } from '../state/repair-state.ts';

const LOCK_TIMEOUT_MS = 60_000;

/** @throws UserError where there is no database, or another process works with it */
export async function repairTarget(stateFile: string): Promise<Repair> {
  const repair = async () => await Promise.resolve(repairState(stateFile, new Date()));
  const locked = async () => await withLock(`${stateFile}.lock`, repair, LOCK_TIMEOUT_MS);
  return await withLock(`${stateFile}.packages.lock`, locked, LOCK_TIMEOUT_MS);
}
