import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDump, partitionsWithContents } from './sfdisk-dump.ts';

const dump = (device: string, node: string, sectors = 'sector-size: 512\n'): string =>
  `label: dos\nlabel-id: 0x11223344\ndevice: ${device}\nunit: sectors\n${sectors}\n` +
  `${node}1 : start=        2048, size=      204800, type=83, bootable\n` +
  `${node}3 : start=      309248, size=      305152, type=5\n` +
  `${node}5 : start=      311296, size=       61440, type=83\n`;

test('what is the same on another path and by another version is the same', () => {
  const { lines } = parseDump(dump('/dev/sda', '/dev/sda'), 512) ?? assert.fail();
  assert.deepEqual(lines, [
    'label: dos',
    'label-id: 0x11223344',
    '1: start= 2048, size= 204800, type=83, bootable',
    '3: start= 309248, size= 305152, type=5',
    '5: start= 311296, size= 61440, type=83',
  ]);
  assert.deepEqual(parseDump(dump('/dev/nvme0n1', '/dev/nvme0n1p'), 512)?.lines, lines);
  assert.deepEqual(parseDump(dump('/dev/sda', '/dev/sda', ''), 512)?.lines, lines);
  assert.notDeepEqual(parseDump(dump('/dev/sda', '/dev/sda').replace('2048', '2049'), 512)?.lines, lines);
});

test('partitions in bytes of the disk; an extended one has no contents; no table is undefined', () => {
  const parsed = parseDump(dump('/dev/nvme0n1', '/dev/nvme0n1p'), 4096);
  assert.deepEqual(parsed?.label, 'dos');
  assert.deepEqual(partitionsWithContents(parsed), [
    { number: 1, type: '83', offsetBytes: 2048 * 4096, sizeBytes: 204_800 * 4096 },
    { number: 5, type: '83', offsetBytes: 311_296 * 4096, sizeBytes: 61_440 * 4096 },
  ]);
  assert.equal(parseDump(null, 512), undefined);
  assert.deepEqual(partitionsWithContents(undefined), []);
});
