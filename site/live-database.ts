// The machine database of a running server. In: a site directory. Out: the last sound version, with an index, and how
// that stands to the files as they are. Never: stops answering while it reads; never hands out an unsound version.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { FaultsError, UserError } from '../lib/errors.ts';
import { checkInSteps } from '../machdb/check.ts';
import { createMachineIndex } from '../machdb/machine-index.ts';
import type { MachineIndex } from '../machdb/machine-index.ts';
import { inSlices, loadStructure } from '../machdb/load.ts';
import type { Machdb } from '../machdb/types.ts';
import { listSitePackages } from './load-site.ts';
import { siteChecks } from './site-checks.ts';
import { treeFingerprint } from './tree-fingerprint.ts';

// They are shown in a log and a status; `machdb check` shows the rest.
const MOST_FAULTS = 20;

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
  };
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  const poll = (): void => {
    if (closed || options.pollMs === 0) return;
    timer = setTimeout(
      () =>
        void refresh(options, state)
          .catch(() => undefined)
          .finally(poll),
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
};

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

async function read({ siteDir, onUnsound, onVersion }: LiveDatabaseOptions, state: State): Promise<void> {
  try {
    state.current = await readVersion(siteDir, state.current.version + 1);
    state.fault = undefined;
    onVersion?.(state.current);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    state.fault = { error, sinceMs: state.fault?.sinceMs ?? Date.now() };
    onUnsound?.(error);
  }
}

async function readVersion(siteDir: string, version: number): Promise<DatabaseVersion> {
  const dir = join(siteDir, 'machdb');
  const db = await loadStructure(dir, inSlices);
  const { index, onMachine } = createMachineIndex();
  const checks = siteChecks(new Set(await listSitePackages(siteDir)));
  const faults = await inSlices.run(checkInSteps(db, checks, { warnings: false, onMachine }));
  if (faults.length > 0) {
    const left = faults.length - MOST_FAULTS;
    const what = `the machine database ${dir}${left > 0 ? ` (${left} more faults are not shown)` : ''}`;
    throw new FaultsError(what, faults.slice(0, MOST_FAULTS), { hint: `machdb check --site ${siteDir}` });
  }
  return { db, index, readAtMs: Date.now(), version };
}

/** The checks look at the names of packages, too. */
async function fingerprintOf(siteDir: string): Promise<string> {
  const packages = await readdir(join(siteDir, 'packages')).catch((): string[] => []);
  return [await treeFingerprint(join(siteDir, 'machdb')), ...packages.sort()].join('\0');
}
