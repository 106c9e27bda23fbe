// What of a disk must be saved before anything is written to it: the partition table with everything around it, and the
// magic bytes of what lies on its partitions. In: facts of disks. Out: SavedDisk of the contract. Never: writes.
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { MAX_RANGE_BYTES } from '../../contract/disk-record.ts';
import type { SavedDisk, SavedRange } from '../../contract/disk-record.ts';
import { packRange } from '../../contract/saved-range.ts';
import { MiB } from '../../lib/bytes.ts';
import { UserError } from '../../lib/errors.ts';
import type { RunCommand } from '../../lib/run-command.ts';
import { describeDisk } from '../../partition-specs/disk-facts.ts';
import type { DiskFacts } from '../../partition-specs/disk-facts.ts';
import { contains, mergeExtents } from '../../lib/byte-extents.ts';
import type { Extent } from '../../lib/byte-extents.ts';
import { readLabelExtents } from '../saved-tables/disk-label.ts';
import type { Geometry } from '../saved-tables/dos-chain.ts';
import { parseDump } from '../saved-tables/sfdisk-dump.ts';
import { listSignaturesArgv, parseWipefs } from '../../partition-specs/wipefs-output.ts';

type FoundSignature = Extent & { readonly type: string };

/**
 * Reads what a restore of these disks needs.
 * @throws UserError when a disk cannot be read
 */
export async function readSavedDisks(disks: readonly DiskFacts[], run: RunCommand): Promise<SavedDisk[]> {
  const saved: SavedDisk[] = [];
  for (const disk of disks) saved.push(await readSavedDisk(disk, run));
  return saved;
}

/**
 * The first and the last MiB, where tables and boot loaders are, and the parts of the table elsewhere: in order, none
 * larger than a record takes.
 */
export function tableRanges({ sizeBytes }: Pick<Geometry, 'sizeBytes'>, label: readonly Extent[]): Extent[] {
  const end = Math.min(MiB, sizeBytes);
  const ends = [
    { offsetBytes: 0, sizeBytes: end },
    { offsetBytes: sizeBytes - end, sizeBytes: end },
  ];
  return mergeExtents([...ends, ...label]).flatMap(splitLarge);
}

/** `sfdisk --dump`, null where there is no table. */
export async function readDump(path: string, run: RunCommand): Promise<string | null> {
  return (await run(['sfdisk', '--dump', path], { okExitCodes: [0, 1] })).stdout || null;
}

/** Exactly these bytes. @throws Error when the disk ends before or cannot be read */
export async function readExtent(
  file: FileHandle,
  { offsetBytes, sizeBytes }: Extent,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(sizeBytes);
  for (let done = 0; done < sizeBytes;) {
    const { bytesRead } = await file.read(bytes, done, sizeBytes - done, offsetBytes + done);
    if (bytesRead === 0) throw new Error(`it ends at ${offsetBytes + done}`);
    done += bytesRead;
  }
  return bytes;
}

async function readSavedDisk(disk: DiskFacts, run: RunCommand): Promise<SavedDisk> {
  const { path, serial, wwn, model, sizeBytes, logicalSectorBytes } = disk;
  // What was written through a partition's own node may not be in the disk's buffers.
  await run(['blockdev', '--flushbufs', path]);
  const dump = await readDump(path, run);
  const signatures = await findSignatures(disk, run);
  return {
    path,
    ...(serial === undefined ? {} : { serial }),
    ...(wwn === undefined ? {} : { wwn }),
    ...(model === undefined ? {} : { model }),
    sizeBytes,
    logicalSectorBytes,
    dump,
    ranges: await readRanges(disk, { label: parseDump(dump, logicalSectorBytes)?.label, signatures }),
  };
}

async function readRanges(
  disk: DiskFacts,
  { label, signatures }: { label: string | undefined; signatures: readonly FoundSignature[] },
): Promise<SavedRange[]> {
  try {
    await using file = await open(disk.path, 'r');
    const table = label === undefined ? [] : await readLabelExtents((extent) => readExtent(file, extent), disk, label);
    const ranges: SavedRange[] = [];
    for (const extent of tableRanges(disk, table)) {
      ranges.push(packRange({ what: 'table', offsetBytes: extent.offsetBytes }, await readExtent(file, extent)));
    }
    for (const signature of signatures) {
      // The table's own magic.
      if (table.some((part) => contains(part, signature))) continue;
      const { type, offsetBytes } = signature;
      ranges.push(packRange({ what: 'signature', type, offsetBytes }, await readExtent(file, signature)));
    }
    return ranges;
  } catch (cause) {
    throw new UserError(`reading the partition table of disk ${describeDisk(disk)}, to save it`, { cause });
  }
}

/** On the disk as a whole and on every partition that the kernel shows, from the beginning of the disk. */
async function findSignatures(disk: DiskFacts, run: RunCommand): Promise<FoundSignature[]> {
  const places = [
    { path: disk.path, startBytes: 0 },
    ...disk.partitions.flatMap(({ path, startSector }) =>
      path === undefined ? [] : [{ path, startBytes: startSector * disk.logicalSectorBytes }],
    ),
  ];
  const found = new Map<string, FoundSignature>();
  for (const { path, startBytes } of places) {
    for (const { offset, length, type } of parseWipefs((await run(listSignaturesArgv(path))).stdout, path)) {
      const signature = { type, offsetBytes: startBytes + offset, sizeBytes: length };
      const fits = length > 0 && signature.offsetBytes + length <= disk.sizeBytes;
      if (fits) found.set(`${signature.offsetBytes} ${length}`, signature);
    }
  }
  return [...found.values()];
}

function splitLarge({ offsetBytes, sizeBytes }: Extent): Extent[] {
  return Array.from({ length: Math.ceil(sizeBytes / MAX_RANGE_BYTES) }, (_, index) => {
    const done = index * MAX_RANGE_BYTES;
    return { offsetBytes: offsetBytes + done, sizeBytes: Math.min(MAX_RANGE_BYTES, sizeBytes - done) };
  });
}
