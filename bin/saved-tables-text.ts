// Saved partition tables as plain text. In: records and restores. Out: lines. Never: I/O, the clock.
import type { RecordedData, SavedDisk, StoredDiskRecord } from '../contract/disk-record.ts';
import type { RestorePlan } from '../installer/restore/plan-restore.ts';
import type { Restore } from '../installer/restore/restore-table.ts';
import { parseDump, partitionsWithContents } from '../installer/saved-tables/sfdisk-dump.ts';
import { formatBytes } from '../lib/bytes.ts';
import { describeDisk } from '../partition-specs/disk-facts.ts';

export type NumberedRecord = {
  readonly number: number;
  readonly attempt: number;
  readonly record: StoredDiskRecord;
};

/** A record without the saved bytes, for --json. */
export function summarizeRecord({ number, attempt, record }: NumberedRecord) {
  const disks = record.disks.map(({ ranges, ...disk }) => {
    const savedBytes = ranges.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    return { ...disk, savedBytes };
  });
  const { savedAtMs, machineId, data } = record;
  return { number, attempt, savedAtMs, machineId, disks, data };
}

/** All records of a machine, newest last. */
export function renderRecords(host: string, records: readonly NumberedRecord[]): string {
  if (records.length === 0) return `no partition tables of ${host} have been saved: no installer has got that far\n`;
  return records.map(renderRecord).join('\n');
}

/** What a restore does to the disk. */
export function renderRestore({ disk, saved, plan }: Restore, savedAtMs: number): string {
  const lines = [
    `disk ${describeDisk(disk)}`,
    `  gets back what was saved at ${clock(savedAtMs)}: ${describeTable(saved)}`,
    ...partitionsWithContents(dumpOf(saved)).map(
      ({ number, type, offsetBytes, sizeBytes }) =>
        `    partition ${number}: ${formatBytes(sizeBytes)} at ${formatBytes(offsetBytes)}, type ${type}`,
    ),
    ...summarizeWrites(plan).map((line) => `  writes ${line}`),
    ...plan.notes.map((note) => `  note: ${printable(note)}`),
    ...(plan.writes.length === 0 ? ['  nothing differs from what was saved'] : []),
  ];
  return `${lines.join('\n')}\n`;
}

function renderRecord({ number, attempt, record }: NumberedRecord): string {
  const lines = [
    `record ${number}, saved ${clock(record.savedAtMs)} by attempt ${attempt}`,
    ...record.disks.map((disk) => `  disk ${printable(describeDisk(disk))}: ${describeTable(disk)}`),
    ...record.data.map((extent) => `  data ${printable(describeData(extent))}`),
  ];
  return `${lines.join('\n')}\n`;
}

function describeTable(disk: SavedDisk): string {
  const dump = dumpOf(disk);
  if (dump === undefined) return 'no partition table';
  const count = partitionsWithContents(dump).length;
  return `${printable(dump.label)}, ${count} ${count === 1 ? 'partition' : 'partitions'}`;
}

function describeData({ name, disk, startBytes, sizeBytes, filesystem, fsUuid }: RecordedData): string {
  const where = disk.serial === undefined ? 'a disk without serial' : `the disk with serial ${disk.serial}`;
  return `${name}: ${filesystem} UUID=${fsUuid}, ${formatBytes(sizeBytes)} from byte ${startBytes} of ${where}`;
}

/** One line for each reason, with the bytes of all its places. */
function summarizeWrites({ writes }: RestorePlan): string[] {
  const byReason = Map.groupBy(writes, ({ why }) => why);
  return [...byReason].map(([why, group]) => {
    const bytes = group.reduce((sum, write) => sum + write.bytes.length, 0);
    const places = group.map(({ offsetBytes }) => offsetBytes);
    const where =
      places.length > 4 ? `${places.slice(0, 3).join(', ')} and ${places.length - 3} more` : places.join(', ');
    return `${formatBytes(bytes)} of ${printable(why)}, at ${where}`;
  });
}

const dumpOf = (disk: SavedDisk) => parseDump(disk.dump, disk.logicalSectorBytes);

/** UTC, so that the text is the same wherever it is made. */
const clock = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`;

/** What a file or a disk says of itself must not move the cursor of who reads it. */
const printable = (text: string): string => text.replaceAll(/\p{Cc}/gu, ' ');
