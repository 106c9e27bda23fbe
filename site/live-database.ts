// The machine database of a running server. In: a site directory. Out: the last sound version, with an index, and how
// it differs from the files as they are. Never: stops answering while it reads; returns an unsound version.
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describeError, FaultsError, UserError } from '../lib/errors.ts';
import { whenRefused } from '../lib/when-missing.ts';
import { checkInSteps } from '../machdb/check.ts';
import { createMachineIndex } from '../machdb/machine-index.ts';
import type { MachineIndex } from '../machdb/machine-index.ts';
import { inSlices, isDatabaseFile, loadStructure } from '../machdb/load.ts';
import type { Machdb } from '../machdb/types.ts';
import { listSitePackages } from './load-site.ts';
import { siteChecks } from './site-checks.ts';

// They are shown in a log and a status; `machdb check` shows the rest.
const MOST_FAULTS = 20;
// Files that never come to rest are read all the same, as they are.
const MOST_LOOKS = 10;
const MOST_READINGS = 4;

/** One sound version; it never changes. */
export type DatabaseVersion = {
  readonly db: Machdb;
  readonly index: MachineIndex;
  readonly readAtMs: number;
  /** From 1 on. */
  readonly version: number;
};

export type LiveDatabase = {
  /** The version in force. */
  readonly current: () => DatabaseVersion;
  /** Looks at the files now, and waits until what has changed is read. */
  readonly refresh: () => Promise<void>;
  readonly isReading: () => boolean;
  /** What is wrong with the files as they are now; undefined when they are in force. */
  readonly fault: () => { readonly error: UserError; readonly sinceMs: number } | undefined;
  /** Stops looking at the files. */
  readonly close: () => void;
};

export type LiveDatabaseOptions = {
  readonly siteDir: string;
  /** How often the files are looked at; 0: only when `refresh` is called. */
  readonly pollMs: number;
  /** Told when the database has changed and is not sound; the last sound version stays in force. */
  readonly onUnsound?: (error: UserError) => void;
  /** Told of each version that comes into force after the first. */
  readonly onVersion?: (version: DatabaseVersion) => void;
};

/**
 * Reads the database, and again whenever its files change.
 * @throws FaultsError when it is not sound to begin with
 */
export async function openLiveDatabase(options: LiveDatabaseOptions): Promise<LiveDatabase> {
  const state: State = {
    fingerprint: await fingerprintOf(options.siteDir),
    current: await readVersion(options.siteDir, 1),
    fault: undefined,
    reading: undefined,
    seen: { fingerprint: '', looks: 0 },
  };
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  const poll = (): void => {
    if (closed || options.pollMs === 0) return;
    timer = setTimeout(
      // What cannot be read is a fault; anything else that is thrown is a defect, and not hidden.
      () => void look(options, state).finally(poll),
      options.pollMs,
    ).unref();
  };
  poll();
  return {
    current: () => state.current,
    refresh: () => refresh(options, state),
    isReading: () => state.reading !== undefined,
    fault: () => state.fault,
    close: () => {
      closed = true;
      clearTimeout(timer);
    },
  };
}

type State = {
  fingerprint: string;
  current: DatabaseVersion;
  fault: { error: UserError; sinceMs: number } | undefined;
  /** One reading at a time; whoever asks meanwhile waits for one that began later. */
  reading: Promise<void> | undefined;
  /** What the timer saw when it last looked, and how often it has seen something new each time. */
  seen: { fingerprint: string; looks: number };
};

/** Reads what has changed once it looks the same twice: a file that is being written may be sound, and half of itself. */
async function look(options: LiveDatabaseOptions, state: State): Promise<void> {
  const fingerprint = await fingerprintOf(options.siteDir);
  const { seen } = state;
  const isNew = fingerprint !== state.fingerprint && fingerprint !== seen.fingerprint;
  state.seen = { fingerprint, looks: isNew ? seen.looks + 1 : 0 };
  if (!isNew || seen.looks >= MOST_LOOKS) await refresh(options, state);
}

async function refresh(options: LiveDatabaseOptions, state: State): Promise<void> {
  while (state.reading !== undefined) await state.reading;
  const fingerprint = await fingerprintOf(options.siteDir);
  if (fingerprint === state.fingerprint || state.reading !== undefined) return state.reading;
  state.fingerprint = fingerprint;
  state.reading = read(options, state).finally(() => {
    state.reading = undefined;
  });
  return state.reading;
}

/** What was read while files changed may be a mixture that nobody wrote: it is read again. */
async function read({ siteDir, pollMs, onUnsound, onVersion }: LiveDatabaseOptions, state: State): Promise<void> {
  let outcome = await tryToRead(siteDir, state.current.version + 1);
  for (let readings = 1; readings < MOST_READINGS; readings += 1) {
    if ((await fingerprintOf(siteDir)) === state.fingerprint) break;
    await delay(pollMs);
    state.fingerprint = await fingerprintOf(siteDir);
    outcome = await tryToRead(siteDir, state.current.version + 1);
  }
  if (!(outcome instanceof UserError)) {
    state.current = outcome;
    state.fault = undefined;
    onVersion?.(outcome);
    return;
  }
  // What could not be read at all, for want of file descriptors or of a disk that answers, may be there at the next look.
  if (!(outcome instanceof FaultsError)) state.fingerprint = '';
  const isTold = state.fault !== undefined && describeError(state.fault.error) === describeError(outcome);
  state.fault = { error: outcome, sinceMs: state.fault?.sinceMs ?? Date.now() };
  if (!isTold) onUnsound?.(outcome);
}

/** A defect of ours must not leave a server that says all is well, so it is a fault like any other. */
async function tryToRead(siteDir: string, version: number): Promise<DatabaseVersion | UserError> {
  try {
    return await readVersion(siteDir, version);
  } catch (error) {
    return error instanceof UserError ? error : new UserError('reading the machine database', { cause: error });
  }
}

async function readVersion(siteDir: string, version: number): Promise<DatabaseVersion> {
  const dir = join(siteDir, 'machdb');
  const db = await loadStructure(dir, inSlices);
  const { index, onMachine } = createMachineIndex();
  const checks = siteChecks(new Set(await listSitePackages(siteDir)));
  const found = await inSlices.run(checkInSteps(db, checks, { warnings: false, exports: false, onMachine }));
  const faults = found.filter(({ severity }) => severity === 'error');
  if (faults.length > 0) {
    const left = faults.length - MOST_FAULTS;
    const what = `the machine database ${dir}${left > 0 ? ` (${left} more faults are not shown)` : ''}`;
    throw new FaultsError(what, faults.slice(0, MOST_FAULTS), { hint: `machdb check --site ${siteDir}` });
  }
  return { db, index, readAtMs: Date.now(), version };
}

/**
 * Changes with every change of the files, without reading them: the kernel sets ctime, which no program can forge. Of a
 * symbolic link what it leads to counts. The checks look at the names of packages, too.
 */
async function fingerprintOf(siteDir: string): Promise<string> {
  const dir = join(siteDir, 'machdb');
  const names = await readdir(dir).catch((error: Error) => [error.message]);
  const states = names.sort().map(async (name) => {
    if (!isDatabaseFile(name)) return '';
    const found = await stat(join(dir, name), { bigint: true }).catch(whenRefused(undefined));
    if (found === undefined) return `${name} cannot be looked at`;
    return [name, found.dev, found.ino, found.mode, found.size, found.mtimeNs, found.ctimeNs].join(' ');
  });
  const packages = await readdir(join(siteDir, 'packages')).catch(whenRefused<string[]>([]));
  return [...(await Promise.all(states)), ...packages.sort()].join('\0');
}
