// Puts a saved partition table back onto its disk. In: the disk that match-saved-disk.ts found to be the right one.
// Out: first what would be written, then the writing of exactly that, read back. Never: decides what is written.
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import type { RecordedData, SavedDisk, SavedRange } from '../../contract/disk-record.ts';
import { packRange, unpackRange } from '../../contract/saved-range.ts';
import { UserError } from '../../lib/errors.ts';
import type { Argv, RunCommand } from '../../lib/run-command.ts';
import { blkidOf } from '../../partition-specs/blkid-output.ts';
import { describeDisk } from '../../partition-specs/disk-facts.ts';
import type { DiskFacts } from '../../partition-specs/disk-facts.ts';
import { signatureOkExitCodes } from '../../partition-specs/disk-probes.ts';
import { contains, overlaps } from '../../lib/byte-extents.ts';
import type { Extent } from '../../lib/byte-extents.ts';
import { readLabelExtents } from '../saved-tables/disk-label.ts';
import type { ReadBytes } from '../saved-tables/dos-chain.ts';
import { planRestore } from './plan-restore.ts';
import type { RestorePlan, RestoreWrite } from './plan-restore.ts';
import { readDump, readExtent, readSavedDisks } from '../apply/save-disks.ts';
import { parseDump, partitionsWithContents } from '../saved-tables/sfdisk-dump.ts';
import type { Dump } from '../saved-tables/sfdisk-dump.ts';

export type Restore = {
  readonly disk: DiskFacts;
  readonly saved: SavedDisk;
  readonly plan: RestorePlan;
  /** The disk as it is now, with every byte that the plan overwrites. */
  readonly before: SavedDisk;
};

/**
 * Compares a disk with what was saved of it; reads only.
 * @param data data extents that the record has on this disk
 * @throws UserError when the disk cannot be read or saved bytes are damaged
 */
export async function readRestore(input: {
  readonly disk: DiskFacts;
  readonly saved: SavedDisk;
  readonly data: readonly RecordedData[];
  readonly run: RunCommand;
}): Promise<Restore> {
  const { disk, saved, run } = input;
  const [now] = await readSavedDisks([disk], run);
  if (now === undefined) throw new Error('no disk was read');
  await using file = await openDisk(disk, constants.O_RDONLY);
  const current: Uint8Array<ArrayBuffer>[] = [];
  for (const { offsetBytes, sizeBytes } of saved.ranges)
    current.push(await readExtent(file, { offsetBytes, sizeBytes }));
  const savedTable = await tableOf(saved, readFrom(saved.ranges));
  const currentTable = await tableOf(now, (extent) => readExtent(file, extent));
  const places = [savedTable, currentTable].flatMap(({ dump }) => partitionsWithContents(dump));
  const contents = await probeContents(disk, places, run);
  const plan = planRestore({
    saved,
    savedTable: saved.dump === null ? { ...savedTable, label: [] } : savedTable,
    currentTable,
    data: input.data.map(({ startBytes, sizeBytes }) => ({ offsetBytes: startBytes, sizeBytes })),
    current,
    contents,
  });
  return { disk, saved, plan, before: await withOverwritten(now, plan.writes, file) };
}

/**
 * Writes, tells the kernel, and reads back bytes and table. Answers what is left to do, in words.
 * @throws UserError that says how far it came
 */
export async function applyRestore({ disk, saved, plan }: Restore, run: RunCommand): Promise<string[]> {
  await writeAll(disk, plan.writes);
  await run(['blockdev', '--flushbufs', disk.path]);
  await checkBytes(disk, plan.writes);
  const left = await tellKernel({ disk, saved }, run);
  const wanted = parseDump(saved.dump, saved.logicalSectorBytes)?.lines ?? [];
  const found = parseDump(await readDump(disk.path, run), saved.logicalSectorBytes)?.lines ?? [];
  if (wanted.join('\n') === found.join('\n')) return left;
  const lines = [
    ...wanted.filter((line) => !found.includes(line)).map((line) => `- ${line}`),
    ...found.filter((line) => !wanted.includes(line)).map((line) => `+ ${line}`),
  ];
  throw new UserError(
    `disk ${describeDisk(disk)} was written, but sfdisk reads another table than the saved one:\n${lines.join('\n')}`,
  );
}

/**
 * Forgets the old partitions, then shows the new ones: an old one that overlaps would be in a new one's way, and partx
 * says nothing of it. What it could not do is for people to know, as the table itself is right.
 */
async function tellKernel({ disk, saved }: Pick<Restore, 'disk' | 'saved'>, run: RunCommand): Promise<string[]> {
  const actions = saved.dump === null ? ['--delete'] : ['--delete', '--update'];
  const failures: string[] = [];
  for (const action of actions) {
    // Without a range it stops at the count of partitions, and misses those behind a gap.
    const argv: Argv = ['partx', action, '--nr', ALL_NUMBERS, disk.path];
    const { exitCode, stderr } = await run(argv, { okExitCodes: [0, 1] });
    if (exitCode !== 0) failures.push(stderr.trim());
  }
  if (failures.length === 0) return [];
  return [`the kernel has not taken the table, so restart before you use the disk: ${failures.join('; ')}`];
}
const ALL_NUMBERS = '1:256';

async function tableOf(disk: SavedDisk, read: ReadBytes): Promise<{ dump: Dump | undefined; label: Extent[] }> {
  const dump = parseDump(disk.dump, disk.logicalSectorBytes);
  return { dump, label: await readLabelExtents(read, disk, dump?.label) };
}

/** Reads from saved bytes. */
function readFrom(ranges: readonly SavedRange[]): ReadBytes {
  return async (extent) => {
    const range = ranges.find((one) => one.what === 'table' && contains(one, extent));
    if (range === undefined) return undefined;
    const start = extent.offsetBytes - range.offsetBytes;
    return unpackRange(range).subarray(start, start + extent.sizeBytes);
  };
}

/** What is at these places now, whatever the kernel's nodes say: `ext4`, by the place's offset. */
async function probeContents(
  disk: DiskFacts,
  places: readonly Extent[],
  run: RunCommand,
): Promise<Map<number, string>> {
  const contents = new Map<number, string>();
  for (const { offsetBytes, sizeBytes } of places) {
    const range = ['--offset', String(offsetBytes), '--size', String(sizeBytes)];
    const { exitCode, stdout } = await run(
      ['blkid', '--probe', '--output', 'export', '--usages', 'filesystem,raid,crypto,other', ...range, disk.path],
      { okExitCodes: signatureOkExitCodes },
    );
    const type = exitCode === AMBIVALENT ? 'several things' : blkidOf(stdout).TYPE;
    if (type !== undefined) contents.set(offsetBytes, type);
  }
  return contents;
}
/** blkid found signatures that contradict each other. */
const AMBIVALENT = 8;

/** Table bytes that are about to be overwritten outside of what is saved of a disk anyway. */
async function withOverwritten(now: SavedDisk, writes: readonly RestoreWrite[], file: FileHandle): Promise<SavedDisk> {
  const ranges = [...now.ranges];
  for (const { what, offsetBytes, bytes } of writes) {
    const extent = { offsetBytes, sizeBytes: bytes.length };
    if (what === 'signature' || ranges.some((range) => range.what === 'table' && contains(range, extent))) continue;
    ranges.push(packRange({ what, offsetBytes }, await readExtent(file, extent)));
  }
  return { ...now, ranges };
}

/**
 * Sector 0 comes last: until it is there, firmware and kernel take the disk for what it was. The disk is opened
 * exclusively, which the kernel refuses while anything on it is mounted or held.
 */
async function writeAll(disk: DiskFacts, writes: readonly RestoreWrite[]): Promise<void> {
  const first = { offsetBytes: 0, sizeBytes: disk.logicalSectorBytes };
  const isFirst = ({ offsetBytes, bytes }: RestoreWrite): boolean =>
    overlaps(first, { offsetBytes, sizeBytes: bytes.length });
  let written = 0;
  await using file = await openDisk(disk, constants.O_RDWR | constants.O_EXCL);
  try {
    for (const group of [writes.filter((write) => !isFirst(write)), writes.filter(isFirst)]) {
      for (const { offsetBytes, bytes } of group) {
        await writeBytes(file, offsetBytes, bytes);
        written += 1;
      }
      await file.sync();
    }
  } catch (cause) {
    const how = `${written} of ${writes.length} places of disk ${describeDisk(disk)} were written`;
    throw new UserError(`writing the table: ${how}; the same command goes on where it stopped`, { cause });
  }
}

async function writeBytes(file: FileHandle, offsetBytes: number, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    done += (await file.write(bytes, done, bytes.length - done, offsetBytes + done)).bytesWritten;
  }
}

async function checkBytes(disk: DiskFacts, writes: readonly RestoreWrite[]): Promise<void> {
  await using file = await openDisk(disk, constants.O_RDONLY);
  for (const { offsetBytes, bytes, why } of writes) {
    const found = await readExtent(file, { offsetBytes, sizeBytes: bytes.length });
    if (Buffer.compare(found, bytes) === 0) continue;
    throw new UserError(
      `disk ${describeDisk(disk)} was written, but reads back other bytes at ${offsetBytes} (${why})`,
    );
  }
}

async function openDisk(disk: DiskFacts, flags: number): Promise<FileHandle> {
  return open(disk.path, flags).catch((cause: NodeJS.ErrnoException) => {
    const why = cause.code === 'EBUSY' ? 'is in use' : 'cannot be opened';
    throw new UserError(`disk ${describeDisk(disk)} ${why}. Nothing was changed`, {
      cause,
      hint: 'unmount it and stop what runs on it: lsblk',
    });
  });
}
