// What is known of data partitions by looking at their places on the disks, whatever the tables say. Reads only.
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { RecordedData } from '../../contract/disk-record.ts';
import type { KeptData } from '../../contract/report.ts';
import { MiB } from '../../lib/bytes.ts';
import { UserError } from '../../lib/errors.ts';
import type { RunCommand } from '../../lib/run-command.ts';
import { blkidOf } from '../../partition-specs/blkid-output.ts';
import type { BlkidFound } from '../../partition-specs/blkid-output.ts';
import { describeUnreadable } from '../../partition-specs/describe-content.ts';
import type { DiskFacts } from '../../partition-specs/disk-facts.ts';
import { probedSignature, rangeProbe, signatureOkExitCodes } from '../../partition-specs/disk-probes.ts';
import type { RecordedExtent } from '../../partition-specs/find-data.ts';
import { endsOf, samplesOf } from '../../partition-specs/places-to-look-at.ts';
import type { BlankPlace, KeptExtent } from './disk-places.ts';
import { areZero } from './read-disk-probe.ts';

export type DataDigests = KeptData['before'];

/** Digests of a data partition's place on the disk. @throws UserError when it cannot be read */
export async function readDataDigests(extent: KeptExtent): Promise<DataDigests> {
  const { disk, startBytes, sizeBytes, superblock, name } = extent;
  const end = Math.min(MiB, sizeBytes);
  try {
    await using file = await open(disk, 'r');
    const digest = async (offsetBytes: number, size: number): Promise<string> => {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(size), 0, size, startBytes + offsetBytes);
      if (bytesRead !== size) throw new Error(`${bytesRead} bytes of ${size} were read`);
      return createHash('sha256').update(buffer).digest('hex');
    };
    return {
      first: await digest(0, end),
      last: await digest(sizeBytes - end, end),
      superblock: await digest(superblock.offsetBytes, superblock.sizeBytes),
    };
  } catch (cause) {
    throw new UserError(`reading data partition ${name} on ${disk}`, { cause });
  }
}

/** Looks where the server says that data partitions lie; those whose disk is not attached are left out. */
export async function readRecordedData(
  recorded: readonly RecordedData[],
  disks: readonly DiskFacts[],
  run: RunCommand,
): Promise<RecordedExtent[]> {
  const extents: RecordedExtent[] = [];
  for (const { name, disk: wanted, startBytes, sizeBytes, fsUuid } of recorded) {
    for (const disk of disks.filter((candidate) => isSameDisk(candidate, wanted))) {
      const probe = rangeProbe(disk.path, { startBytes, sizeBytes });
      const { TYPE, UUID } = blkidOf((await run(probe, { okExitCodes: signatureOkExitCodes })).stdout);
      extents.push({
        name,
        diskPath: disk.path,
        startSector: startBytes / disk.logicalSectorBytes,
        sizeSectors: sizeBytes / disk.logicalSectorBytes,
        fsUuid,
        found: { ...(TYPE === undefined ? {} : { fsType: TYPE }), ...(UUID === undefined ? {} : { fsUuid: UUID }) },
      });
    }
  }
  return extents;
}

function isSameDisk(disk: DiskFacts, wanted: RecordedData['disk']): boolean {
  return (
    disk.serial === wanted.serial &&
    disk.wwn === wanted.wwn &&
    disk.sizeBytes === wanted.sizeBytes &&
    disk.logicalSectorBytes === wanted.logicalSectorBytes
  );
}

/** @throws UserError when something lies where a data partition would be made for the first time */
export async function expectBlank(place: BlankPlace, run: RunCommand): Promise<void> {
  const probe = rangeProbe(place.disk, place);
  const found = blkidOf(probedSignature(await run(probe, { okExitCodes: signatureOkExitCodes })));
  const what =
    found.TYPE === undefined ? await unreadableContent(found, place) : `${found.TYPE} ${found.UUID ?? ''}`.trim();
  if (what === undefined) return;
  throw new UserError(
    `a data partition was to be made on ${place.disk} at byte ${place.startBytes}, but ${what} lies there; nothing was changed`,
    {
      exitCode: 3,
      hint: 'look at it; if nobody needs it any more, wipe it by hand, or arm with --known-empty SERIAL what no tool can read',
    },
  );
}

/** What no tool can read, unless somebody knows that it is worth nothing. */
async function unreadableContent({ PTTYPE }: BlkidFound, place: BlankPlace): Promise<string | undefined> {
  if (!place.mustBeZero) return undefined;
  if (PTTYPE !== undefined) return describeUnreadable(PTTYPE);
  const extent = { offsetBytes: place.startBytes, sizeBytes: place.sizeBytes };
  const { first, last } = endsOf(extent);
  await using file = await open(place.disk, 'r');
  return (await areZero(file, [...first, ...last, ...samplesOf(extent)])) ? undefined : 'unknown content';
}
