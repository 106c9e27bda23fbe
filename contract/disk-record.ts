// What an installer stores on the server before its first write: the old tables, and the places of data partitions.
// In: nothing. Out: zod schemas and their types. Never: I/O.
import { z } from 'zod';
import { MiB } from '../lib/bytes.ts';

const bytes = z.int().nonnegative();
const word = z.string().max(255);
const sectorBytes = z.int().refine((size) => size >= 512 && size <= 65_536 && Number.isInteger(Math.log2(size)), {
  message: 'not a sector size: a power of two from 512 to 65536',
});

/**
 * The largest body of a DiskRecord. 24 disks without a table, whose first and last MiB cannot be compressed at all,
 * take 64 MiB in base64.
 */
export const MAX_DISK_RECORD_BYTES = 80 * MiB;
/** The most bytes in one range; chains and signatures are short, the ends of a disk a MiB each. */
export const MAX_RANGE_BYTES = 2 * MiB;

/** Bytes as they were on a disk, by their offset from its beginning. */
const savedRangeSchema = z.object({
  what: z.enum(['table', 'signature']),
  /** What wipefs calls the signature: `ext4`. */
  type: word.exactOptional(),
  offsetBytes: bytes,
  sizeBytes: z.int().positive().max(MAX_RANGE_BYTES),
  /** One zstd frame with a checksum, in base64. @see RFC 8878 */
  encoding: z.literal('zstd'),
  bytes: z.base64().max(2 * MAX_RANGE_BYTES),
});

/** A disk before it was written to. */
const savedDiskSchema = z.object({
  path: word,
  serial: word.exactOptional(),
  wwn: word.exactOptional(),
  model: word.exactOptional(),
  sizeBytes: bytes,
  logicalSectorBytes: sectorBytes,
  /** What `sfdisk --dump` printed; null where there was no table. */
  dump: z.string().max(262_144).nullable(),
  ranges: z.array(savedRangeSchema).max(4096),
});

/** The extent of a data partition as it really lies on a disk, whatever the table there may say later. */
const recordedExtentSchema = z.object({
  /** Logical disk and letter: `disk0/h`. */
  name: z.string().regex(/^[A-Za-z][A-Za-z0-9_]{0,29}\/[a-z]$/, 'not a partition such as disk0/h'),
  disk: z.object({
    serial: word.exactOptional(),
    wwn: word.exactOptional(),
    sizeBytes: bytes,
    logicalSectorBytes: sectorBytes,
  }),
  startBytes: bytes,
  sizeBytes: z.int().positive(),
  filesystem: z.string().min(1).max(64),
  fsUuid: z.string().min(1).max(64),
});

/** The data extents of a machine's newest record; none when there is no record. */
export const recordedDataSchema = z.array(recordedExtentSchema).max(1000);

/** Everything that is saved before the first write of one attempt. */
export const diskRecordSchema = z.object({
  disks: z.array(savedDiskSchema).max(256),
  data: recordedDataSchema,
});

/** A record in a file, on the server or saved from there. */
export const storedDiskRecordSchema = z.object({
  format: z.literal(1),
  savedAtMs: z.int().nonnegative(),
  /** The machineId; null in a file that a restore has made. */
  machineId: z.uuid().nullable(),
  ...diskRecordSchema.shape,
});

export type SavedRange = z.infer<typeof savedRangeSchema>;
export type SavedDisk = z.infer<typeof savedDiskSchema>;
export type RecordedData = z.infer<typeof recordedExtentSchema>;
export type DiskRecord = z.infer<typeof diskRecordSchema>;
export type StoredDiskRecord = z.infer<typeof storedDiskRecordSchema>;
