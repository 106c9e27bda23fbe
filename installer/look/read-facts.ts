import { readFile, readdir, stat } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { architectureOf } from '../../lib/architecture.ts';
import { parseMac } from '../../lib/mac.ts';
import type { Mac } from '../../lib/mac.ts';
import { CommandError } from '../../lib/run-command.ts';
import type { RunCommand } from '../../lib/run-command.ts';
import type { MachineFacts } from '../../partition-specs/disk-facts.ts';
import {
  disksToProbe,
  lsblkArgv,
  physicalVolumesArgv,
  physicalVolumesOkExitCodes,
} from '../../partition-specs/disk-probes.ts';
import type { DiskProbe } from '../../partition-specs/disk-probes.ts';
import { diskFactsFromTools, stacksFromTools } from '../../partition-specs/facts-from-tools.ts';
import { readEfi } from './efi/read-efi.ts';
import { readDiskProbe } from './read-disk-probe.ts';
import { withoutMedium } from './without-medium.ts';

/** MAC addresses of the machine's own network cards, sorted; virtual interfaces and loopback are left out. */
export async function readMacs(): Promise<Mac[]> {
  const names = await readdir('/sys/class/net');
  const macs = await Promise.all(
    names.map(async (name) => {
      if (!(await exists(`/sys/class/net/${name}/device`))) return undefined;
      return parseMac(await readFile(`/sys/class/net/${name}/address`, 'utf8'));
    }),
  );
  return macs.filter((mac) => mac !== undefined).sort();
}

/** Firmware, memory, network cards and disks of the running machine; reads only. */
export async function readFacts(run: RunCommand): Promise<MachineFacts> {
  return {
    architecture: architectureOf(process.arch),
    ...(await readFirmware(run)),
    memoryBytes: totalmem(),
    macs: await readMacs(),
    ...(await readDisks(run)),
  };
}

async function readFirmware(run: RunCommand): Promise<Pick<MachineFacts, 'firmware' | 'efi'>> {
  const efi = await readEfi(run);
  return efi === undefined ? { firmware: 'bios' } : { firmware: 'uefi', efi };
}

async function readDisks(run: RunCommand): Promise<Pick<MachineFacts, 'disks' | 'stacks'>> {
  // Most of the time goes into starting programs, and two processors start two at once.
  const [{ lsblk, probes }, physicalVolumes] = await Promise.all([probeDisks(run), readPhysicalVolumes(run)]);
  return {
    disks: withoutMedium(diskFactsFromTools({ lsblk, probes, physicalVolumes })),
    stacks: stacksFromTools({ lsblk, physicalVolumes }),
  };
}

async function probeDisks(run: RunCommand): Promise<{ lsblk: string; probes: Record<string, DiskProbe> }> {
  const { stdout: lsblk } = await run(lsblkArgv);
  const probes: Record<string, DiskProbe> = {};
  for (const disk of disksToProbe(lsblk)) probes[disk.path] = await readDiskProbe(disk, run);
  return { lsblk, probes };
}

/** Undefined where there is no LVM. */
async function readPhysicalVolumes(run: RunCommand): Promise<string | undefined> {
  try {
    return (await run(physicalVolumesArgv, { okExitCodes: physicalVolumesOkExitCodes })).stdout;
  } catch (error) {
    if (error instanceof CommandError && error.result === undefined) return undefined;
    throw error;
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
