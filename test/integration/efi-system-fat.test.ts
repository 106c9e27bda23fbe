// What mkfs.fat makes of the smallest EFI system partitions, as blkid and fsck.fat read it.
import assert from 'node:assert/strict';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { MiB } from '../../lib/bytes.ts';
import { runCommand } from '../../lib/run-command.ts';
import { filesystemOf } from '../../partition-specs/filesystems/all.ts';
import { fat32MinBytes } from '../../partition-specs/plan-fat.ts';

for (const sectorBytes of [512, 4096]) {
  test(`sectors of ${sectorBytes}: from the smallest size on it is a FAT32 with enough clusters`, async () => {
    await using cleanup = new AsyncDisposableStack();
    const directory = await mkdtemp(join(tmpdir(), 'efi-test-'));
    cleanup.defer(() => rm(directory, { recursive: true }));
    const smallest = Math.ceil(fat32MinBytes(sectorBytes) / MiB) * MiB;
    for (const sizeBytes of [smallest, smallest + 150 * MiB, 512 * MiB]) {
      const device = join(directory, `${sizeBytes}.img`);
      await writeFile(device, '');
      await truncate(device, sizeBytes);
      const target = { device, uuid: 'ABCD-0123', sizeBytes, sectorBytes, forFirmware: true };
      const [program, ...words] = filesystemOf('vfat').make(target);
      // A file has no sectors of its own, as a disk has.
      const made = await runCommand([program, '-S', String(sectorBytes), ...words]);
      assert.doesNotMatch(made.stdout + made.stderr, /WARNING/);
      assert.match((await runCommand(['blkid', '-p', '-o', 'export', device])).stdout, /^VERSION=FAT32$/m);
      const { stdout } = await runCommand(['fsck.vfat', '-n', '-v', device]);
      assert.ok(Number(/(\d+) data clusters/.exec(stdout)?.[1]) >= 65_525, stdout);
    }
  });
}
