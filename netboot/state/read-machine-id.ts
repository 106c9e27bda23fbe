import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

/** The machineId that a server gave to the holder of one of these MACs; undefined when none has seen it. Reads only. */
export function readMachineId(databasePath: string, macs: readonly string[]): string | undefined {
  if (!existsSync(databasePath)) return undefined;
  const database = new DatabaseSync(databasePath, { readOnly: true });
  try {
    const find = database.prepare('SELECT machine_id FROM macs WHERE mac = ?');
    const found = macs.map((mac) => find.get(mac)?.['machine_id']).find((id) => id !== undefined);
    return found === undefined ? undefined : String(found);
  } finally {
    database.close();
  }
}
