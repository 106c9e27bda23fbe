// What the tools and the disk itself say of one disk: thin, judges nothing (partition-specs/disk-probes.ts). Reads only.
import { open, readFile, readdir, readlink } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Extent } from '../../lib/byte-extents.ts';
import type { RunCommand } from '../../lib/run-command.ts';
import { whenMissing, whenRefused } from '../../lib/when-missing.ts';
import {
  placeProbes,
  probedSignature,
  signatureOkExitCodes,
  sysfsFiles,
  tableArgv,
  tableOkExitCodes,
} from '../../partition-specs/disk-probes.ts';
import type { DiskProbe, disksToProbe, Zeros } from '../../partition-specs/disk-probes.ts';
import type { ProbePlace } from '../../partition-specs/places-to-look-at.ts';
import { listSignaturesArgv } from '../../partition-specs/wipefs-output.ts';

/** Table, signatures of every place, whether it is zero where it must be. */
export async function readDiskProbe(
  disk: ReturnType<typeof disksToProbe>[number],
  run: RunCommand,
): Promise<DiskProbe> {
  const { path, sysfsName } = disk;
  const [sfdisk, wipefs] = await Promise.all([
    run(tableArgv(path), { okExitCodes: tableOkExitCodes }),
    run(listSignaturesArgv(path), { okExitCodes: [0, 1] }),
  ]);
  const table = sfdisk.stdout || undefined;
  const signatures: Record<string, string> = {};
  const zeros: Record<string, Zeros> = {};
  await using file = await open(path, 'r').catch(whenRefused(undefined));
  for (const { place, argv } of placeProbes(disk, table)) {
    signatures[place.key] = probedSignature(await run(argv, { okExitCodes: signatureOkExitCodes }));
    zeros[place.key] = await readZeros(file, place);
  }
  const firstSector = file === undefined ? undefined : await readBytes(file, { offsetBytes: 0, sizeBytes: 512 });
  const byPath = await byPathName(path);
  return {
    ...(table === undefined ? {} : { table }),
    ...(byPath === undefined ? {} : { byPath }),
    ...(firstSector === undefined ? {} : { firstSector: firstSector.toString('latin1') }),
    sysfs: await readSysfs(sysfsName),
    // A disk that wipefs cannot open is not one without signatures.
    ...(wipefs.exitCode === 0 ? { wipefs: wipefs.stdout } : {}),
    signatures,
    zeros,
  };
}

async function readZeros(file: FileHandle | undefined, { mustBeZero }: ProbePlace): Promise<Zeros> {
  const { first, last, between } = mustBeZero;
  if (file === undefined) return { first: false, last: false, between: false };
  return {
    first: await areZero(file, first),
    last: await areZero(file, last),
    between: await areZero(file, between),
  };
}

/** False when a byte is not zero or cannot be read: then nobody has seen that it is empty. */
export async function areZero(file: FileHandle, extents: readonly Extent[]): Promise<boolean> {
  for (const extent of extents) {
    const bytes = await readBytes(file, extent);
    if (bytes === undefined || !bytes.equals(Buffer.alloc(extent.sizeBytes))) return false;
  }
  return true;
}

/** Undefined unless all of them can be read. */
async function readBytes(file: FileHandle, { offsetBytes, sizeBytes }: Extent): Promise<Buffer | undefined> {
  const read = await file.read(Buffer.alloc(sizeBytes), 0, sizeBytes, offsetBytes).catch(whenRefused(undefined));
  return read?.bytesRead === sizeBytes ? read.buffer : undefined;
}

async function readSysfs(sysfsName: string): Promise<Record<string, string>> {
  const texts: Record<string, string> = {};
  for (const file of sysfsFiles) {
    const text = await readFile(`/sys/block/${sysfsName}/${file}`, 'latin1').catch(whenRefused(undefined));
    if (text !== undefined) texts[file] = text;
  }
  return texts;
}

async function byPathName(path: string): Promise<string | undefined> {
  const dir = '/dev/disk/by-path';
  for (const name of await readdir(dir).catch(whenMissing<string[]>([]))) {
    if (basename(await readlink(join(dir, name))) === basename(path)) return name;
  }
  return undefined;
}
