// Sparse files as disks behind loop devices, read as the installer reads disks; gone after the test.
import assert from 'node:assert/strict';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readDiskProbe } from '../../installer/look/read-disk-probe.ts';
import { runCommand } from '../../lib/run-command.ts';
import type { Argv } from '../../lib/run-command.ts';
import type { DiskFacts } from '../../partition-specs/disk-facts.ts';
import * as probes from '../../partition-specs/disk-probes.ts';
import { diskFactsFromTools } from '../../partition-specs/facts-from-tools.ts';

/** Standard output of a program. */
export async function output(...argv: Argv): Promise<string> {
  return (await runCommand(argv)).stdout;
}

/** A directory of the test's own. */
export async function scratchDirectory(cleanup: AsyncDisposableStack): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'partition-test-'));
  cleanup.defer(() => rm(directory, { recursive: true }));
  return directory;
}

/** A sparse file behind a loop device, both gone after the test; answers the device's path. */
export async function loopDisk(
  cleanup: AsyncDisposableStack,
  directory: string,
  shape: { sizeBytes: number; sectorBytes: number; name?: string },
): Promise<string> {
  const file = join(directory, `${shape.name ?? 'disk'}-${shape.sectorBytes}.img`);
  await writeFile(file, '');
  await truncate(file, shape.sizeBytes);
  return loopDiskOf(cleanup, file, shape.sectorBytes);
}

/** A file as it is behind a loop device, which is gone after the test. */
export async function loopDiskOf(cleanup: AsyncDisposableStack, file: string, sectorBytes: number): Promise<string> {
  const argv: Argv = ['losetup', '--find', '--show', '--sector-size', String(sectorBytes), file];
  const path = (await output(...argv)).trim();
  cleanup.defer(async () => {
    await runCommand(['partx', '--delete', '--nr', '1:128', path], { okExitCodes: [0, 1] });
    await runCommand(['losetup', '--detach', path]);
  });
  return path;
}

/** As the installer reads it; the loop device passes for a disk. */
export async function readLoopDisk(path: string): Promise<DiskFacts> {
  const lsblk = await output(...(probes.lsblkArgv.concat(path) as [string, ...string[]]));
  const [disk = assert.fail('no disk')] = probes.disksToProbe(lsblk);
  const probe = await readDiskProbe(disk, runCommand);
  const [facts = assert.fail('no disk')] = diskFactsFromTools({ lsblk, probes: { [path]: probe } });
  return { ...facts, kind: 'disk' };
}
