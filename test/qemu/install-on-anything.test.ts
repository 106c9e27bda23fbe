// An installation starts on whatever was on the disk: the disk steps in the real ramdisk, whose kernel shows partitions
// of Sun, SGI, Mac and BSD tables, and none where the table is damaged.
import assert from 'node:assert/strict';
import { truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { bundleInstaller } from '../../netboot/ramdisk/bundle.ts';
import { bootRamdisk, reported } from '../helpers/boot-ramdisk.ts';
import { CORPUS_BYTES, diskCorpus } from '../helpers/disk-corpus.ts';
import type { CorpusDisk } from '../helpers/disk-corpus.ts';
import { howMany } from '../helpers/how-many.ts';

/** Where kernel and tools disagree most; the others are tested with loop devices. The first are tried by every run. */
const NAMES = [
  'mac',
  'BSD in sector 0',
  'SGI',
  'Sun',
  'GPT with bad headers',
  'md 0.90 behind an MBR',
  'FAT32',
  'NTFS with boot code where entries of a table would be',
  'btrfs with boot code and a mark',
  'pc98',
  'GPT behind another MBR',
  'Intel RAID behind a GPT',
];
const tried = NAMES.slice(0, howMany({ few: 6, all: NAMES.length }));
const samples = tried.map((name) => diskCorpus.find((disk) => disk.name === name) ?? assert.fail(name));

/** Serial numbers of SCSI disks are short. */
const serialOf = (index: number): string => `corpus${index}`;

async function driveArgs({ make }: CorpusDisk, index: number, folder: string): Promise<string[]> {
  const serial = serialOf(index);
  const file = join(folder, `${serial}.img`);
  await writeFile(file, '');
  await truncate(file, CORPUS_BYTES);
  await make(file, CORPUS_BYTES);
  const drive = `file=${file},format=raw,if=none,id=${serial},cache=unsafe,discard=unmap`;
  return ['-drive', drive, '-device', `scsi-hd,drive=${serial},serial=${serial},lun=${index}`];
}

test('the installer writes its table on whatever was there, and leaves nothing else', async (t) => {
  const { code } = await bundleInstaller(join(import.meta.dirname, 'install-on-anything-program.ts'));
  const devices = async (folder: string): Promise<string[]> => {
    const args = ['-device', 'virtio-scsi-pci,max_sectors=256'];
    for (const [index, sample] of samples.entries()) args.push(...(await driveArgs(sample, index, folder)));
    return args;
  };
  const { log, seconds } = await bootRamdisk({ source: Buffer.from(code).toString(), append: '', devices });
  t.diagnostic(`whole run ${seconds.toFixed(1)} s`);
  const found = reported(log);
  const left = samples.map(({ name }, index) => [
    name,
    (found[serialOf(index)] as { left?: unknown } | undefined)?.left,
  ]);
  assert.deepEqual(
    left,
    samples.map(({ name }) => [name, ['PMBR', 'gpt']]),
    log,
  );
});
