// The log of a virtual disk's writes, made here by hand after the kernel's description, and what a power cut may leave.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { seededRandom } from '../helpers/seeded-random.ts';
import { applyPieces, readWriteLog, survivingPieces } from '../helpers/write-log.ts';

const SECTOR = 512;
const FLUSH = { sector: 0, flags: 1, data: Buffer.alloc(0) };

function logOf(entries: readonly { sector: number; flags: number; data: Buffer }[]): Buffer {
  const head = Buffer.alloc(SECTOR);
  head.writeBigUInt64LE(0x6a736677736872n, 0);
  head.writeBigUInt64LE(1n, 8);
  head.writeUInt32LE(SECTOR, 24);
  const parts = entries.flatMap(({ sector, flags, data }) => {
    const entry = Buffer.alloc(SECTOR);
    entry.writeBigUInt64LE(BigInt(sector), 0);
    entry.writeBigUInt64LE(BigInt(data.length / SECTOR), 8);
    entry.writeBigUInt64LE(BigInt(flags), 16);
    return [entry, data];
  });
  return Buffer.concat([head, ...parts]);
}

const write = (sector: number, fill: string, sectors = 1, flags = 0) => ({
  sector,
  flags,
  data: Buffer.alloc(sectors * SECTOR, fill),
});

/** What an empty disk of `sectors` holds after a cut, a letter for each sector, for one seed. */
async function afterCut(log: Buffer, { seed, sectors }: { seed: string; sectors: number }): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'gutinteg-log-'));
  try {
    const [logFile, image] = [join(dir, 'log'), join(dir, 'image')];
    await writeFile(logFile, log);
    await writeFile(image, Buffer.alloc(sectors * SECTOR, '.'));
    const entries = await readWriteLog(logFile);
    await applyPieces(logFile, survivingPieces(entries, seededRandom(seed)).pieces, image);
    const bytes = await readFile(image, 'latin1');
    return Array.from({ length: sectors }, (_, index) => bytes[index * SECTOR]).join('');
  } finally {
    await rm(dir, { recursive: true });
  }
}

async function outcomes(log: Buffer, sectors: number): Promise<string[]> {
  const seeds = Array.from({ length: 60 }, (_, index) => String(index));
  return [...new Set(await Promise.all(seeds.map((seed) => afterCut(log, { seed, sectors }))))].sort();
}

test('what was flushed is there, what was not may be there or not', async () => {
  const log = logOf([write(0, 'a'), write(1, 'b'), FLUSH, write(1, 'c'), write(2, 'd')]);
  assert.deepEqual(await outcomes(log, 3), ['ab.', 'abd', 'ac.', 'acd']);
});

test('a write that bypassed the cache is there without a flush', async () => {
  assert.deepEqual(await outcomes(logOf([write(0, 'a', 1, 2)]), 1), ['a']);
});

test('a write is torn between physical sectors of 4 KiB only', async () => {
  const shapes = await outcomes(logOf([write(4, 'x', 12)]), 16);
  assert.deepEqual(shapes, ['................', '....xxxx........', '....xxxxxxxxxxxx', '........xxxxxxxx'].sort());
});

test('a log that was cut in the middle of an entry ends before it', async () => {
  const log = logOf([write(0, 'a'), FLUSH, write(0, 'b', 2), FLUSH]);
  assert.deepEqual(await outcomes(log.subarray(0, log.length - SECTOR - 1), 1), ['a']);
});

test('the same seed loses the same', async () => {
  const log = logOf(Array.from({ length: 40 }, (_, index) => write(index, 'x')));
  const [first, again] = [
    await afterCut(log, { seed: 's', sectors: 40 }),
    await afterCut(log, { seed: 's', sectors: 40 }),
  ];
  assert.equal(first, again);
});
