// The machine database, as the fleet's server asks it. In: a site directory. Out: a function that has the records of now. A database
// that is not sound keeps no server from starting: the last sound one is in force, and without any there are no records.
import { recordsOf } from '../fleet/classes/machine-records.ts';
import type { MachineRecords } from '../fleet/classes/machine-records.ts';
import { describeError } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import { openLiveDatabase } from '../site/live-database.ts';

const POLL_MS = 5000;

export type OpenRecords = { readonly records: () => MachineRecords; readonly close: () => void };

/** Undefined when the database cannot be read; the log says why. */
export async function openMachineRecords(siteDir: string, log: Log): Promise<OpenRecords | undefined> {
  const tell = (error: unknown): void => {
    log.warn({ error: describeError(error) }, 'the machine database is not sound; classes go by the last sound one');
  };
  try {
    const live = await openLiveDatabase({ siteDir, pollMs: POLL_MS, onUnsound: tell });
    return { records: () => recordsOf(live.current().db), close: live.close };
  } catch (error) {
    tell(error);
    return undefined;
  }
}
