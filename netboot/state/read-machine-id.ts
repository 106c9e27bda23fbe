import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { UserError } from '../../lib/errors.ts';

/** The machineId that a server gave to the holder of one of these MACs; undefined when none has seen it. Reads only. @throws UserError */
export function readMachineId(databasePath: string, macs: readonly string[]): string | undefined {
  if (!existsSync(databasePath)) return undefined;
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(databasePath, { readOnly: true });
    const find = database.prepare('SELECT machine_id FROM macs WHERE mac = ?');
    const found = macs.map((mac) => find.get(mac)?.['machine_id']).find((id) => id !== undefined);
    return found === undefined ? undefined : String(found);
  } catch (cause) {
    throw new UserError(`reading the server's state ${databasePath}`, { cause, hint: `ls -l ${databasePath}` });
  } finally {
    database?.close();
  }
}
