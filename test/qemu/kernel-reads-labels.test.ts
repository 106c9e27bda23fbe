// The parsers of Debian's generic kernel read every label that we write: one machine, one disk for each.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { bootRamdisk, reported } from '../helpers/boot-ramdisk.ts';
import { sampleDisks, writeSampleDisk } from '../helpers/sample-labels.ts';
import type { SampleDisk } from '../helpers/sample-labels.ts';

/** Says of each disk, by serial number, what /sys tells of its partitions: number, start, size; all in 512 bytes. */
const program = `
import { readdirSync, readFileSync } from 'node:fs';
const value = (...path) => readFileSync(['/sys/block', ...path].join('/'), 'utf8').trim();
const disks = readdirSync('/sys/block').filter((name) => name.startsWith('vd'));
const partitionsOf = (disk) =>
  readdirSync('/sys/block/' + disk)
    .filter((name) => name.startsWith(disk))
    .map((name) => ['partition', 'start', 'size'].map((what) => Number(value(disk, name, what))))
    .sort(([left], [right]) => left - right);
const found = Object.fromEntries(disks.map((disk) => [value(disk, 'serial'), partitionsOf(disk)]));
console.log('TEST disks=' + JSON.stringify(found));
`;

async function driveArgs(sample: SampleDisk, folder: string): Promise<string[]> {
  const file = join(folder, `${sample.name}.img`);
  await writeSampleDisk(file, sample);
  const blocks = `logical_block_size=${sample.sectorBytes},physical_block_size=${sample.sectorBytes}`;
  return [
    '-drive',
    `file=${file},format=raw,if=none,id=${sample.name},read-only=on`,
    '-device',
    `virtio-blk-pci,drive=${sample.name},serial=${sample.name},${blocks}`,
  ];
}

/** The kernel shows an extended partition as its first KiB or sector only, and numbers what is in a slice from 5. */
function expected({ table, inner, sectorBytes }: SampleDisk): [number: number, start: number, size: number][] {
  const unit = sectorBytes / 512;
  const isDos = table.every(({ startSector }) => startSector > 0);
  const shown = [...table, ...inner.map((seen, index) => ({ ...seen, number: 5 + index }))];
  return shown.map(({ number, startSector, sizeSectors, type }) => {
    const isExtended = isDos && (type === 0x05 || type === 0x0f);
    return [number, startSector * unit, isExtended ? Math.max(2, unit) : sizeSectors * unit];
  });
}

test('SUN, DOS and BSD parsers of the kernel see exactly our partitions', async (t) => {
  const devices = async (folder: string): Promise<string[]> =>
    (await Promise.all(sampleDisks.map((sample) => driveArgs(sample, folder)))).flat();
  const { log, seconds } = await bootRamdisk({ source: program, append: '', devices });
  t.diagnostic(`whole run ${seconds.toFixed(1)} s`);
  const wanted = Object.fromEntries(sampleDisks.map((sample) => [sample.name, expected(sample)]));
  assert.deepEqual(reported(log)['disks'], wanted, log);
});
