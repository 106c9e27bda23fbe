import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { UserError } from '../../lib/errors.ts';

/** The machineId that a server gave to the holder of one of these MACs; undefined when none has seen it. Reads only. @throws UserError */
export function readMachineId(databasePath: string, macs: readonly string[]): string | undefined {
  return withDatabase(databasePath, (database) => {
    const find = database.prepare('SELECT machine_id FROM macs WHERE mac = ?');
    const found = macs.map((mac) => find.get(mac)?.['machine_id']).find((id) => id !== undefined);
    return found === undefined ? undefined : String(found);
  });
}

/**
 * The machineId of the machine that a server knows by this name. Reads only.
 * @throws UserError (exit code 2) when it knows none, or several
 */
export function readMachineIdByName(databasePath: string, name: string): string {
  const ids = withDatabase(databasePath, (database) =>
    database
      .prepare('SELECT id FROM machines WHERE name = ?')
      .all(name)
      .map((row) => String(row['id'])),
  );
  const [id] = ids ?? [];
  if (id !== undefined && ids?.length === 1) return id;
  const what =
    id === undefined ? 'no server with this state directory has seen' : `${ids?.length} machines have had the name`;
  throw new UserError(`${what} ${name}`, { exitCode: 2, hint: 'gutinteg status' });
}

/** Undefined where there is no database. @throws UserError when it cannot be read */
export function withDatabase<T>(databasePath: string, read: (database: DatabaseSync) => T): T | undefined {
  if (!existsSync(databasePath)) return undefined;
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(databasePath, { readOnly: true });
    return read(database);
  } catch (cause) {
    throw new UserError(`reading the server's state ${databasePath}`, { cause, hint: `ls -l ${databasePath}` });
  } finally {
    database?.close();
  }
}
