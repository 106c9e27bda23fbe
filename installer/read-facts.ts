import { readFile, readdir, readlink, stat } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { basename, join } from 'node:path';
import { parseMac } from '../lib/mac.ts';
import type { Mac } from '../lib/mac.ts';
import { CommandError } from '../lib/run-command.ts';
import type { RunCommand } from '../lib/run-command.ts';
import type { MachineFacts } from '../partition-specs/disk-facts.ts';
import {
  disksToProbe,
  lsblkArgv,
  physicalVolumesArgv,
  physicalVolumesOkExitCodes,
  probedSignature,
  signatureOkExitCodes,
  signatureProbes,
  sysfsFiles,
  tableArgv,
  tableOkExitCodes,
} from '../partition-specs/disk-probes.ts';
import type { DiskProbe } from '../partition-specs/disk-probes.ts';
import { diskFactsFromTools, stacksFromTools } from '../partition-specs/facts-from-tools.ts';

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
    firmware: (await exists('/sys/firmware/efi')) ? 'uefi' : 'bios',
    memoryBytes: totalmem(),
    macs: await readMacs(),
    ...(await readDisks(run)),
  };
}

async function readDisks(run: RunCommand): Promise<Pick<MachineFacts, 'disks' | 'stacks'>> {
  const { stdout: lsblk } = await run(lsblkArgv);
  const probes: Record<string, DiskProbe> = {};
  for (const { path, sysfsName } of disksToProbe(lsblk)) {
    const table = (await run(tableArgv(path), { okExitCodes: tableOkExitCodes })).stdout || undefined;
    const signatures: Record<string, string> = {};
    for (const probe of signatureProbes(path, table)) {
      signatures[probe.path] = probedSignature(await run(probe.argv, { okExitCodes: signatureOkExitCodes }));
    }
    const byPath = await byPathName(path);
    probes[path] = {
      ...(table === undefined ? {} : { table }),
      ...(byPath === undefined ? {} : { byPath }),
      sysfs: await readSysfs(sysfsName),
      signatures,
    };
  }
  const physicalVolumes = await readPhysicalVolumes(run);
  return {
    disks: diskFactsFromTools({ lsblk, probes, physicalVolumes }),
    stacks: stacksFromTools({ lsblk, physicalVolumes }),
  };
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

async function readSysfs(sysfsName: string): Promise<Record<string, string>> {
  const texts: Record<string, string> = {};
  for (const file of sysfsFiles) {
    const text = await readFile(`/sys/block/${sysfsName}/${file}`, 'latin1').catch(() => undefined);
    if (text !== undefined) texts[file] = text;
  }
  return texts;
}

async function byPathName(path: string): Promise<string | undefined> {
  const dir = '/dev/disk/by-path';
  for (const name of await readdir(dir).catch(() => [])) {
    if (basename(await readlink(join(dir, name))) === basename(path)) return name;
  }
  return undefined;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
