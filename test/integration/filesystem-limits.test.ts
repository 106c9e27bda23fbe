// Labels and sizes, judged by the programs that make file systems: what they refuse or cut is refused before.
import assert from 'node:assert/strict';
import { mkdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { MiB } from '../../lib/bytes.ts';
import { runCommand } from '../../lib/run-command.ts';
import type { Argv } from '../../lib/run-command.ts';
import { labelOf, labelProblems } from '../../partition-specs/filesystem-labels.ts';
import { filesystemOf } from '../../partition-specs/filesystems/all.ts';
import { output, scratchDirectory } from '../helpers/loop-disk.ts';

const LABELS = ['a', 'Data', 'a.b', 'a/b', 'a:b', 'a=b', 'a+b', 'a@b', 'a_b-c', 'x'.repeat(11), 'x'.repeat(12)];
const LONGER = [13, 15, 16, 17, 40].map((length) => 'y'.repeat(length));

async function sparseFile(directory: string, sizeBytes: number): Promise<string> {
  const file = join(directory, 'filesystem.img');
  await writeFile(file, '');
  await truncate(file, sizeBytes);
  return file;
}

const ALL = [0, ...Array.from({ length: 255 }, (_, index) => index + 1)];

for (const name of ['ext4', 'xfs', 'btrfs', 'vfat', 'swap']) {
  test(`labels of ${name}: what is accepted is on the disk as planned, what is refused would not be`, async () => {
    await using cleanup = new AsyncDisposableStack();
    const device = await sparseFile(await scratchDirectory(cleanup), 320 * MiB);
    const kind = filesystemOf(name);
    const uuid = kind.uuidFrom('0b6f1d52-6a0e-5c3b-9a57-3f0d8c2e1a41');
    const wrong: string[] = [];
    for (const label of [...LABELS, ...LONGER]) {
      const planned = labelOf({ label }, kind) ?? label;
      const argv = kind.make({ device, uuid, label: planned, sizeBytes: 320 * MiB, sectorBytes: 512 });
      const { exitCode } = await runCommand(argv, { okExitCodes: ALL });
      const read = exitCode === 0 ? (await output('blkid', '-p', '-s', 'LABEL', '-o', 'value', device)).trim() : '';
      const isRefused = labelProblems({ label }, kind).length > 0;
      if (isRefused === (read === planned)) wrong.push(`${label}: exit code ${exitCode}, '${read}' on the disk`);
    }
    assert.deepEqual(wrong, []);
  });
}

for (const name of ['ext2', 'ext3']) {
  test(`${name} ends where its maker ends`, async () => {
    await using cleanup = new AsyncDisposableStack();
    const directory = await scratchDirectory(cleanup);
    // Most file systems have no files of this size, however sparse.
    const large = join(directory, 'large');
    await mkdir(large);
    await runCommand(['mount', '-t', 'tmpfs', '-o', 'size=64m', 'tmpfs', large]);
    cleanup.defer(async () => void (await runCommand(['umount', large])));
    const { limitBytes = 0 } = filesystemOf(name);
    const exitCode = async (sizeBytes: number) => {
      const argv: Argv = [`mkfs.${name}`, '-F', '-n', await sparseFile(large, sizeBytes)];
      return (await runCommand(argv, { okExitCodes: [0, 1], timeoutMs: 60_000 })).exitCode;
    };
    assert.deepEqual([await exitCode(limitBytes - MiB), await exitCode(limitBytes)], [0, 1]);
  });
}
