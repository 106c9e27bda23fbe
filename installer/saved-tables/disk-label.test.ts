import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32 } from 'node:zlib';
import { readLabelExtents } from './disk-label.ts';
import { tableRanges } from '../apply/save-disks.ts';

const MiB = 1024 ** 2;

/** A disk in memory. */
function blank(sectorCount: number, logicalSectorBytes: number) {
  const bytes = Buffer.alloc(sectorCount * logicalSectorBytes);
  const geometry = { sizeBytes: bytes.length, logicalSectorBytes };
  /** One entry of the table in a sector. */
  const entry = (sector: number, index: number, [type, start, size]: readonly [number, number, number]): void => {
    const at = sector * logicalSectorBytes;
    bytes.writeUInt16LE(0xaa55, at + 510);
    bytes[at + 446 + index * 16 + 4] = type;
    bytes.writeUInt32LE(start, at + 446 + index * 16 + 8);
    bytes.writeUInt32LE(size, at + 446 + index * 16 + 12);
  };
  const header = (sector: number, alternate: number, entriesAt: number): Buffer => {
    const at = bytes.subarray(sector * logicalSectorBytes, (sector + 1) * logicalSectorBytes);
    at.write('EFI PART', 0, 'latin1');
    at.writeUInt32LE(92, 12);
    at.writeBigUInt64LE(BigInt(sector), 24);
    at.writeBigUInt64LE(BigInt(alternate), 32);
    at.writeBigUInt64LE(BigInt(entriesAt), 72);
    at.writeUInt32LE(128, 80);
    at.writeUInt32LE(128, 84);
    at.writeUInt32LE(0, 16);
    at.writeUInt32LE(crc32(at.subarray(0, 92)), 16);
    return at;
  };
  const find = async (label: string | undefined): Promise<string[]> => {
    const read = async ({ offsetBytes, sizeBytes }: { offsetBytes: number; sizeBytes: number }) =>
      bytes.subarray(offsetBytes, offsetBytes + sizeBytes);
    const extents = await readLabelExtents(read, geometry, label);
    return extents.map(({ offsetBytes, sizeBytes }) => {
      return `${offsetBytes / logicalSectorBytes}+${sizeBytes / logicalSectorBytes}`;
    });
  };
  return { bytes, entry, header, find };
}

for (const sectorBytes of [512, 4096]) {
  test(`a chain of logical partitions, sectors of ${sectorBytes}`, async () => {
    const disk = blank(1000, sectorBytes);
    disk.entry(0, 0, [0x83, 10, 90]);
    disk.entry(0, 2, [0x0f, 100, 900]);
    disk.entry(100, 0, [0x83, 8, 92]);
    disk.entry(100, 1, [0x05, 100, 300]);
    disk.entry(200, 0, [0x83, 8, 92]);
    disk.entry(200, 1, [0x05, 400, 300]);
    disk.entry(500, 0, [0x83, 8, 92]);
    assert.deepEqual(await disk.find('dos'), ['0+1', '100+1', '200+1', '500+1']);
    // The same bytes in a file system are no chain.
    assert.deepEqual(await disk.find('gpt'), ['0+1']);
    assert.deepEqual(await disk.find(undefined), ['0+1']);
  });
}

test('chains that are damaged end: cycles, links off the disk, no signature, too many', async () => {
  const cycle = blank(1000, 512);
  cycle.entry(0, 0, [0x05, 100, 900]);
  cycle.entry(100, 1, [0x05, 50, 10]);
  cycle.entry(150, 1, [0x05, 50, 10]);
  assert.deepEqual(await cycle.find('dos'), ['0+1', '100+1', '150+1']);
  const off = blank(1000, 512);
  off.entry(0, 0, [0x05, 100, 900]);
  off.entry(100, 1, [0x05, 4_000_000_000, 10]);
  assert.deepEqual(await off.find('dos'), ['0+1', '100+1']);
  const unsigned = blank(1000, 512);
  unsigned.entry(0, 0, [0x05, 100, 900]);
  unsigned.entry(100, 1, [0x05, 50, 10]);
  unsigned.bytes[100 * 512 + 510] = 0;
  assert.deepEqual(await unsigned.find('dos'), ['0+1', '100+1']);
  const long = blank(1000, 512);
  long.entry(0, 0, [0x05, 100, 900]);
  for (let link = 0; link < 400; link += 1) long.entry(100 + link * 2, 1, [0x05, link * 2 + 2, 2]);
  assert.equal((await long.find('dos')).length, 1 + 256);
});

test('a GPT: both halves, either alone, the backup also where the disk has grown', async () => {
  const both = blank(1000, 512);
  both.header(1, 999, 2);
  both.header(999, 1, 967);
  assert.deepEqual(await both.find('gpt'), ['0+34', '967+33']);
  const backup = blank(1000, 512);
  backup.header(999, 1, 967);
  assert.deepEqual(await backup.find(undefined), ['0+1', '967+33']);
  const grown = blank(1000, 512);
  grown.header(1, 799, 2);
  grown.header(799, 1, 767);
  assert.deepEqual(await grown.find('gpt'), ['0+34', '767+33']);
  const torn = blank(1000, 512);
  torn.header(1, 999, 2)[33] = 1;
  assert.deepEqual(await torn.find('gpt'), ['0+1']);
  const elsewhere = blank(1000, 512);
  elsewhere.header(1, 999, 5000);
  assert.deepEqual(await elsewhere.find('gpt'), ['0+1']);
});

test('saved are both ends and the table elsewhere; nothing twice, nothing beyond a small disk', () => {
  const ebr = { offsetBytes: 7 * MiB, sizeBytes: 512 };
  assert.deepEqual(tableRanges({ sizeBytes: 10 * MiB }, [{ offsetBytes: 0, sizeBytes: 512 }, ebr]), [
    { offsetBytes: 0, sizeBytes: MiB },
    ebr,
    { offsetBytes: 9 * MiB, sizeBytes: MiB },
  ]);
  assert.deepEqual(tableRanges({ sizeBytes: 5000 }, []), [{ offsetBytes: 0, sizeBytes: 5000 }]);
  assert.deepEqual(tableRanges({ sizeBytes: 1.5 * MiB }, []), [{ offsetBytes: 0, sizeBytes: 1.5 * MiB }]);
  const full = tableRanges({ sizeBytes: 3 * MiB }, [{ offsetBytes: MiB, sizeBytes: MiB }]);
  assert.deepEqual(full, [
    { offsetBytes: 0, sizeBytes: 2 * MiB },
    { offsetBytes: 2 * MiB, sizeBytes: MiB },
  ]);
});
