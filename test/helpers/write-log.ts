// What a virtual disk was told, write by write and flush by flush, and what of it a power cut may have left.
// In: a log in the format of the kernel's dm-log-writes, as QEMU's blklogwrites makes it. Out: an image.
// @see linux/Documentation/admin-guide/device-mapper/log-writes.rst
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { UserError } from '../../lib/errors.ts';
import type { Random } from './seeded-random.ts';

const MAGIC = 0x6a736677736872n;
const FLUSH = 1n;
const FUA = 2n;
const DISCARD = 4n;
const ENTRY_BYTES = 32;
/** What a disk writes whole or not at all: a physical sector of today. */
const ATOM_BYTES = 4096;

export type LogEntry = {
  readonly kind: 'write' | 'flush';
  /** On the disk. */
  readonly offsetBytes: number;
  readonly sizeBytes: number;
  /** In the log. */
  readonly dataOffsetBytes: number;
  /** On the disk before it was acknowledged. */
  readonly durable: boolean;
};

/** A part of a write that reached the disk. */
type Piece = Pick<LogEntry, 'offsetBytes' | 'sizeBytes' | 'dataOffsetBytes'>;

/** Every entry that is whole; a log that ends in the middle of one was cut there. @throws UserError for what is no log */
export async function readWriteLog(path: string): Promise<LogEntry[]> {
  await using file = await open(path, 'r');
  const { size } = await file.stat();
  // QEMU writes nothing until the machine does.
  if (size === 0) return [];
  const head = await readAt(file, 0, ENTRY_BYTES);
  const sectorBytes = head.readUInt32LE(24);
  if (head.readBigUInt64LE(0) !== MAGIC || sectorBytes < ATOM_BYTES / 8)
    throw new UserError(`${path} is no log of writes`);
  const entries: LogEntry[] = [];
  for (let at = sectorBytes; at + sectorBytes <= size;) {
    const entry = parseEntry(await readAt(file, at, ENTRY_BYTES), { at, sectorBytes });
    if (entry === undefined || entry.dataOffsetBytes + entry.sizeBytes > size) break;
    entries.push(entry);
    at = entry.dataOffsetBytes + entry.sizeBytes;
  }
  return entries;
}

function parseEntry(bytes: Buffer, { at, sectorBytes }: { at: number; sectorBytes: number }): LogEntry | undefined {
  const [sector = 0n, sectors = 0n, flags = 0n] = [0, 8, 16].map((offset) => bytes.readBigUInt64LE(offset));
  if (sectors === 0n && flags === 0n) return undefined;
  if ((flags & DISCARD) !== 0n) throw new UserError('the log has a discard, which the virtual disk does not offer');
  return {
    kind: sectors === 0n ? 'flush' : 'write',
    offsetBytes: Number(sector) * sectorBytes,
    sizeBytes: Number(sectors) * sectorBytes,
    dataOffsetBytes: at + sectorBytes,
    durable: (flags & (FLUSH | FUA)) !== 0n,
  };
}

/**
 * What a disk with a cache may have kept when its power went: all that was written before the last flush, and of the
 * rest whatever it pleased, in pieces of 4 KiB.
 */
export function survivingPieces(entries: readonly LogEntry[], random: Random): { pieces: Piece[]; lost: number } {
  const lastFlush = entries.findLastIndex(({ kind }) => kind === 'flush');
  const pieces: Piece[] = [];
  let lost = 0;
  for (const [index, entry] of entries.entries()) {
    if (entry.kind === 'flush') continue;
    if (index < lastFlush || entry.durable) pieces.push(entry);
    else {
      const kept = keepSome(entry, random);
      pieces.push(...kept);
      if (kept.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) < entry.sizeBytes) lost += 1;
    }
  }
  return { pieces, lost };
}

/** A third is there, a third is not, a third is torn. */
function keepSome(entry: LogEntry, random: Random): Piece[] {
  const fate = random();
  if (fate < 1 / 3) return [entry];
  if (fate < 2 / 3) return [];
  return atomsOf(entry).filter(() => random() < 0.5);
}

function atomsOf({ offsetBytes, sizeBytes, dataOffsetBytes }: Piece): Piece[] {
  const atoms: Piece[] = [];
  for (let done = 0; done < sizeBytes;) {
    const toBoundary = ATOM_BYTES - ((offsetBytes + done) % ATOM_BYTES);
    const atomBytes = Math.min(toBoundary, sizeBytes - done);
    atoms.push({ offsetBytes: offsetBytes + done, sizeBytes: atomBytes, dataOffsetBytes: dataOffsetBytes + done });
    done += atomBytes;
  }
  return atoms;
}

/** Writes pieces of a log into an image, in their order. */
export async function applyPieces(log: string, pieces: readonly Piece[], image: string): Promise<void> {
  await using from = await open(log, 'r');
  await using to = await open(image, 'r+');
  for (const { offsetBytes, sizeBytes, dataOffsetBytes } of pieces) {
    const bytes = await readAt(from, dataOffsetBytes, sizeBytes);
    await to.write(bytes, 0, sizeBytes, offsetBytes);
  }
}

async function readAt(file: FileHandle, position: number, sizeBytes: number): Promise<Buffer> {
  const bytes = Buffer.alloc(sizeBytes);
  const { bytesRead } = await file.read(bytes, 0, sizeBytes, position);
  if (bytesRead < sizeBytes) throw new UserError(`a log of writes ends at ${position + bytesRead}`);
  return bytes;
}
