// `gutinteg partition tables` and `gutinteg partition restore`: the tables that installers have saved.
import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import type { DiskFacts } from '../../partition-specs/disk-facts.ts';

type TablesOptions = {
  readonly site: string;
  readonly state?: string;
  readonly json?: true;
  readonly save?: string;
  readonly number?: number;
};

type RestoreOptions = {
  readonly disk: string;
  readonly serial: string;
  readonly dryRun?: true;
  readonly json?: true;
};

/** Adds `tables` and `restore` to `gutinteg partition`. */
export function addTableCommands(partition: Command): void {
  partition
    .command('tables')
    .description('list the partition tables that were saved before each installation of a machine')
    .argument('<host>', 'name of the machine')
    .option('--save <file>', 'write one record into a file, for gutinteg partition restore')
    .option('--number <number>', 'with --save: which one; the newest unless given', parseNumber)
    .option('--site <dir>', 'site directory', '.')
    .option('--state <dir>', 'state directory, instead of the one in site.yaml')
    .option('--json', 'the same as JSON')
    .addHelpText('after', TABLES_HELP)
    .action(showTables);
  partition
    .command('restore')
    .description('put the saved partition table of one disk back onto it')
    .argument('<file>', 'a record, as gutinteg partition tables --save writes it')
    .requiredOption('--disk <device-file>', 'the disk, such as /dev/sda')
    .requiredOption('--serial <serial>', 'its serial number, in the record and on the disk; none where it has none')
    .option('--dry-run', 'say what would be written; exit code 3 when it is anything')
    .option('--json', 'the same as JSON')
    .addHelpText('after', RESTORE_HELP)
    .action(restore);
}

async function showTables(host: string, options: TablesOptions): Promise<void> {
  const { join } = await import('node:path');
  const { UserError } = await import('../../lib/errors.ts');
  const { listDiskRecords, readDiskRecord } = await import('../../netboot/state/disk-records.ts');
  const { readMachineIdByName } = await import('../../netboot/state/read-machine-id.ts');
  const { loadSiteSettings } = await import('../../site/load-site.ts');
  const { renderRecords, summarizeRecord } = await import('../saved-tables-text.ts');

  const { stateDir } = await loadSiteSettings(
    options.site,
    options.state === undefined ? {} : { state: options.state },
  );
  const machineId = readMachineIdByName(join(stateDir, 'netboot.db'), host);
  const files = await listDiskRecords(stateDir, machineId);
  if (options.save !== undefined) {
    const wanted = options.number === undefined ? files.at(-1) : files.find(({ number }) => number === options.number);
    if (wanted === undefined) {
      const have = files.map(({ number }) => number).join(', ') || 'none';
      throw new UserError(`${host} has no such record; there are: ${have}`, { exitCode: 2 });
    }
    await saveRecord(await readDiskRecord(wanted.path), options.save);
    process.stdout.write(`record ${wanted.number} of ${host} is in ${options.save}\n`);
    return;
  }
  const records = [];
  for (const { path, number, attempt } of files) records.push({ number, attempt, record: await readDiskRecord(path) });
  const text = options.json === true ? json(records.map(summarizeRecord)) : renderRecords(host, records);
  process.stdout.write(text);
}

async function restore(file: string, options: RestoreOptions): Promise<void> {
  const { readFacts } = await import('../../installer/look/read-facts.ts');
  const { matchSavedDisk } = await import('../../installer/restore/match-saved-disk.ts');
  const { applyRestore, readRestore } = await import('../../installer/restore/restore-table.ts');
  const { runCommand: run } = await import('../../lib/run-command.ts');
  const { readDiskRecord } = await import('../../netboot/state/disk-records.ts');
  const { renderRestore } = await import('../saved-tables-text.ts');

  const record = await readDiskRecord(file);
  const attached = await findDisk(options.disk, (await readFacts(run)).disks);
  const saved = matchSavedDisk({ saved: record.disks, attached, serial: options.serial });
  const data = record.data.filter(({ disk }) => disk.serial === saved.serial && disk.sizeBytes === saved.sizeBytes);
  const restoring = await readRestore({ disk: attached, saved, data, run });
  const { plan, before } = restoring;
  const changes = plan.writes.length > 0 && options.dryRun !== true;
  const say = (text: string): void => void (options.json === true || process.stdout.write(text));
  say(renderRestore(restoring, record.savedAtMs));
  let beforeFile: string | null = null;
  let notes = plan.notes;
  if (changes) {
    beforeFile = await freeName(file);
    await saveRecord(
      { format: 1, savedAtMs: Date.now(), machineId: null, disks: [before], data: record.data },
      beforeFile,
    );
    const undo = `gutinteg partition restore ${beforeFile} --disk ${options.disk} --serial ${options.serial}`;
    say(`  what is there now was saved in ${beforeFile}\n`);
    const left = await withHint(undo, applyRestore(restoring, run));
    notes = [...notes, ...left];
    say(`${left.map((note) => `  note: ${note}\n`).join('')}done: sfdisk reads the saved table. To undo it: ${undo}\n`);
  }
  if (options.json === true) {
    const writes = plan.writes.map(({ bytes, ...write }) => ({ ...write, sizeBytes: bytes.length }));
    process.stdout.write(json({ disk: attached.path, serial: attached.serial ?? null, writes, notes, beforeFile }));
  }
  if (options.dryRun === true && plan.writes.length > 0) process.exitCode = 3;
}

/** The disk at a path, or at what a link such as those in /dev/disk/by-id points to. */
async function findDisk(path: string, disks: readonly DiskFacts[]): Promise<DiskFacts> {
  const { realpath } = await import('node:fs/promises');
  const { UserError } = await import('../../lib/errors.ts');
  const { whenMissing } = await import('../../lib/when-missing.ts');
  const { describeDisk } = await import('../../partition-specs/disk-facts.ts');
  const real = await realpath(path).catch(whenMissing(path));
  const found = disks.find((disk) => disk.path === real);
  if (found !== undefined) return found;
  const list =
    disks
      .filter(({ sizeBytes }) => sizeBytes > 0)
      .map((disk) => describeDisk(disk))
      .join('; ') || 'none';
  throw new UserError(`${path} is not a disk of this machine; its disks are: ${list}. Nothing was changed`, {
    exitCode: 2,
    hint: 'gutinteg facts',
  });
}

/** `FILE.before-restore.json`, with a number where there is one already: the first has what was there at first. */
async function freeName(file: string): Promise<string> {
  const { stat } = await import('node:fs/promises');
  const stem = `${file.replace(/\.json$/, '')}.before-restore`;
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? `${stem}.json` : `${stem}-${number}.json`;
    const isFree = await stat(name).then(
      () => false,
      (error: NodeJS.ErrnoException) => error.code === 'ENOENT',
    );
    if (isFree) return name;
  }
}

/** Never over another file: it may be the only record of a table. */
async function saveRecord(record: object, file: string): Promise<void> {
  const { stat } = await import('node:fs/promises');
  const { UserError } = await import('../../lib/errors.ts');
  const { writeFileAtomically } = await import('../../lib/write-file-atomically.ts');
  const exists = await stat(file).then(
    () => true,
    () => false,
  );
  if (exists) throw new UserError(`${file} already exists; nothing was changed`, { exitCode: 2 });
  await writeFileAtomically(file, json(record), 0o600).catch((cause: unknown) => {
    throw new UserError(`writing ${file}; nothing else was changed`, { cause });
  });
}

/** A failure in the middle of writing says how to go back. */
async function withHint<T>(hint: string, work: Promise<T>): Promise<T> {
  const { UserError } = await import('../../lib/errors.ts');
  return work.catch((error: unknown) => {
    if (!(error instanceof UserError) || error.hint !== undefined) throw error;
    throw new UserError(error.message, { cause: error.cause, exitCode: error.exitCode, hint });
  });
}

function parseNumber(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It is the number of a record.');
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

const TABLES_HELP = `
Before an installer writes anything, the server stores the old partition tables of all disks that it is about to change,
and the places of data partitions, in STATE/disks, which only its owner can read. The newest 20 records of each machine
are kept.

Examples:
  sudo gutinteg partition tables q-bert --site ~/site
  sudo gutinteg partition tables q-bert --site ~/site --save q-bert.json --number 7
`;

const RESTORE_HELP = `
Run it on the machine that has the disk, but from a system on another disk. It refuses unless the record has a disk with
this serial number, the disk at this path reports the same number, size and sectors, and nothing on it is mounted or in
use. What it overwrites is saved first, in FILE.before-restore.json beside FILE.

It writes the table and the bytes around it that boot loaders use, never the contents of a partition. The magic bytes of
a file system are put back only where they were wiped and nothing else has taken its place.

Exit codes: 0 done, or nothing to do; 1 failed; 2 refused; 3 with --dry-run: something would be written.

Examples:
  gutinteg partition restore q-bert.json --disk /dev/sda --serial S3Z9NB0K812345L --dry-run
  gutinteg partition restore q-bert.json --disk /dev/sda --serial S3Z9NB0K812345L
  gutinteg partition restore q-bert.json --disk /dev/vda --serial none       a disk that has no serial number
`;
