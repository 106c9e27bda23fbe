// The old tables and data extents of machines, as files: STATE/disks/MACHINE/NUMBER-ATTEMPT.json (0600), where NUMBER
// counts the records of the machine. In: records. Out: records, newest last. A record that was saved survives a power
// cut. Never: passes over a record that it cannot read, as that may be the only one that knows where data lies.
import { mkdir, open, readdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { storedDiskRecordSchema } from '../../contract/disk-record.ts';
import type { DiskRecord, RecordedData, StoredDiskRecord } from '../../contract/disk-record.ts';
import { UserError } from '../../lib/errors.ts';
import { parseJsonEdge } from '../../lib/parse-edge.ts';
import { writeFileAtomically } from '../../lib/write-file-atomically.ts';

/** Newest records of a machine that are kept. */
const RECORDS_KEPT = 20;
const RECORD = /^(\d+)-(\d+)\.json$/;
/** What a crash in the middle of writing leaves. */
const UNFINISHED = /^\.\d+-\d+\.json\.[0-9a-f]{12}$/;

export type DiskRecordFile = {
  readonly path: string;
  /** Counts the records of a machine from 1. */
  readonly number: number;
  /** Which attempt of an arming saved it. */
  readonly attempt: number;
};

export type DiskRecords = {
  /** Returns the record's number when it would survive a power cut. @throws Error of the file system */
  readonly save: (machineId: string, attempt: number, record: DiskRecord) => Promise<number>;
  /** The data extents of the newest record; empty when there is none. @throws UserError when it cannot be read */
  readonly newestData: (machineId: string) => Promise<readonly RecordedData[]>;
};

/** Records below `stateDir`; one server writes them. */
export function createDiskRecords(stateDir: string, now: () => number = Date.now): DiskRecords {
  let writing: Promise<unknown> = Promise.resolve();
  return {
    save: async (machineId, attempt, record) => {
      // One after the other, as a number is taken by looking which one is the last.
      const saved = writing.then(() => saveRecord(stateDir, { machineId, attempt, record, savedAtMs: now() }));
      // Who asked for it hears of its error; the next one begins all the same.
      writing = saved.catch(() => {});
      return saved;
    },
    newestData: async (machineId) => {
      await writing;
      const newest = (await listDiskRecords(stateDir, machineId)).at(-1);
      return newest === undefined ? [] : (await readDiskRecord(newest.path)).data;
    },
  };
}

/** The records of a machine, oldest first. @throws UserError when the directory may not be read */
export async function listDiskRecords(stateDir: string, machineId: string): Promise<DiskRecordFile[]> {
  const dir = directoryOf(stateDir, machineId);
  const names = await readdir(dir).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw new UserError(`reading the saved partition tables in ${dir}`, {
      cause: error,
      ...(error.code === 'EACCES' ? { hint: 'the same as root' } : {}),
    });
  });
  const files = names.flatMap((name) => {
    const match = RECORD.exec(name);
    return match === null ? [] : [{ path: join(dir, name), number: Number(match[1]), attempt: Number(match[2]) }];
  });
  return files.sort((left, right) => left.number - right.number);
}

/** @throws UserError when the file is missing or is no record */
export async function readDiskRecord(path: string): Promise<StoredDiskRecord> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new UserError(`reading the saved partition tables ${path}`, { exitCode: 2, cause });
  });
  return parseJsonEdge(storedDiskRecordSchema, text, path);
}

type NewRecord = {
  readonly machineId: string;
  readonly attempt: number;
  readonly record: DiskRecord;
  readonly savedAtMs: number;
};

async function saveRecord(stateDir: string, { machineId, attempt, record, savedAtMs }: NewRecord): Promise<number> {
  const dir = directoryOf(stateDir, machineId);
  await makeDurableDirectory(dirname(dir));
  await makeDurableDirectory(dir);
  const before = await listDiskRecords(stateDir, machineId);
  const number = (before.at(-1)?.number ?? 0) + 1;
  const stored: StoredDiskRecord = { format: 1, savedAtMs, machineId, ...record };
  await writeFileAtomically(join(dir, `${number}-${attempt}.json`), `${JSON.stringify(stored)}\n`, 0o600);
  await removeOld(dir, before.slice(0, Math.max(0, before.length + 1 - RECORDS_KEPT)));
  return number;
}

/** What it cannot remove, the next record removes: the one that was just saved is safe either way. */
async function removeOld(dir: string, old: readonly DiskRecordFile[]): Promise<void> {
  const unfinished = (await readdir(dir)).filter((name) => UNFINISHED.test(name)).map((name) => join(dir, name));
  await Promise.allSettled([...old.map(({ path }) => path), ...unfinished].map((path) => rm(path)));
}

/** Syncs its parent also when it exists: whoever made it may have been cut off before. */
async function makeDurableDirectory(dir: string): Promise<void> {
  await mkdir(dir, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  await using parent = await open(dirname(dir), 'r');
  await parent.sync();
}

function directoryOf(stateDir: string, machineId: string): string {
  return join(stateDir, 'disks', machineId);
}
