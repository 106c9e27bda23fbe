// A state database that is damaged, read as far as it goes. In: its file. Out: a sound one in its place, the old one with all
// that was kept in a directory beside it, and what is lost. Never: looks at the target; deletes anything.
import { copyFileSync, existsSync, linkSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { UserError, describeError } from '../../lib/errors.ts';
import { historyDirectory, readHistory } from './history.ts';
import { dropUnsound, openLinkTables, readLinkState } from './linked-packages.ts';
import { salvageTable } from './salvage-table.ts';
import { openStateDatabase } from './state-database.ts';
import { dropUnsoundPaths, readState } from './state.ts';

/** `savedIn` is where the old one lies; undefined when nothing was wrong, and nothing was changed. */
export type Repair = { readonly savedIn: string | undefined; readonly lost: readonly string[] };

const TABLES = ['paths', 'intents', 'meta', 'history', 'packages', 'originals'] as const;

/** Repairs the database of a linked target; the caller has its locks. @throws UserError where there is none */
export function repairState(stateFile: string, now: Date): Repair {
  if (!existsSync(stateFile)) throw new UserError(`${stateFile} does not exist`, { exitCode: 2 });
  if (isSound(stateFile)) return { savedIn: undefined, lost: [] };
  const savedIn = `${stateFile}.damaged-${now.toISOString().replaceAll(/[-:]|\.\d+/g, '')}`;
  save(stateFile, savedIn);
  const repaired = `${stateFile}.repaired`;
  rmSync(repaired, { force: true });
  const lost = salvage(join(savedIn, basename(stateFile)), repaired);
  for (const suffix of ['-journal', '-wal', '-shm']) rmSync(stateFile + suffix, { force: true });
  renameSync(repaired, stateFile);
  return { savedIn, lost };
}

function isSound(stateFile: string): boolean {
  try {
    using database = new DatabaseSync(stateFile, { readOnly: true });
    const said = database.prepare('PRAGMA integrity_check').all();
    if (said.length !== 1 || said[0]?.['integrity_check'] !== 'ok') return false;
    readState(stateFile);
    readHistory(stateFile);
    readLinkState(stateFile);
    return true;
  } catch (error) {
    // One that another process holds, or that nobody may read, is not damaged.
    if (error instanceof UserError && error.hint?.includes('repair') !== true && error.exitCode !== 2) throw error;
    return false;
  }
}

// Kept bytes get second names: a later run may let go of what the new database does not know.
function save(stateFile: string, savedIn: string): void {
  mkdirSync(savedIn, { mode: 0o700 });
  for (const suffix of ['', '-journal', '-wal', '-shm'])
    if (existsSync(stateFile + suffix)) copyFileSync(stateFile + suffix, join(savedIn, basename(stateFile) + suffix));
  for (const dir of [historyDirectory(stateFile), `${stateFile}.objects`]) {
    if (!existsSync(dir)) continue;
    const copy = join(savedIn, basename(dir));
    mkdirSync(copy, { mode: 0o700 });
    for (const name of readdirSync(dir)) linkSync(join(dir, name), join(copy, name));
  }
}

function salvage(from: string, to: string): string[] {
  using sound = openStateDatabase(to);
  openLinkTables(sound);
  let damaged: DatabaseSync;
  try {
    damaged = new DatabaseSync(from);
    damaged.prepare('SELECT name FROM sqlite_schema').all();
  } catch (error) {
    return [`all of it: ${describeError(error)}`];
  }
  try {
    const unread = TABLES.flatMap((table) => salvageTable(damaged, sound, table));
    sound.exec("DELETE FROM meta WHERE key <> 'packagelink'");
    return [...unread, ...dropUnsoundPaths(sound), ...dropUnsound(sound)];
  } finally {
    damaged.close();
  }
}
