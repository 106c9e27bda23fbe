// What a schema cannot say of a manifest: order, parents, links, ranges. In: a Manifest. Out: faults. Never: I/O.
import type { Fault } from '../lib/errors.ts';
import type { FileEntry, Manifest, ManifestEntry } from './manifest.ts';
import { parentOf } from './package-path.ts';

/** Everything that is inconsistent between the entries and packs of one manifest; empty when it is sound. */
export function findManifestFaults(manifest: Manifest): Fault[] {
  const faults: Fault[] = [];
  const report = (where: string, message: string) => faults.push({ severity: 'error', where, message });
  const types = new Map(manifest.entries.map((entry) => [entry.path, entry.type]));
  let previous = '';
  let rawBytes = 0;
  for (const entry of manifest.entries) {
    if (entry.path <= previous)
      report(entry.path, `stands after ${previous}; entries are sorted and each path occurs once`);
    previous = entry.path;
    const parent = parentOf(entry.path);
    if (parent !== undefined && types.get(parent) !== 'directory') {
      report(entry.path, `its parent ${parent} is not a directory of this package`);
    }
    const fault = linkFault(entry, types) ?? (entry.type === 'file' ? chunkFault(entry, manifest) : undefined);
    if (fault !== undefined) report(entry.path, fault);
    if (entry.type === 'file') rawBytes += entry.sizeBytes;
  }
  if (rawBytes !== manifest.rawBytes)
    report('rawBytes', `is ${manifest.rawBytes}, but the files add up to ${rawBytes}`);
  return faults;
}

function linkFault(entry: ManifestEntry, types: ReadonlyMap<string, string>): string | undefined {
  if (entry.type !== 'hardlink' || types.get(entry.target) === 'file') return undefined;
  return `is a hard link to ${entry.target}, which is not a file of this package`;
}

function chunkFault(file: FileEntry, manifest: Manifest): string | undefined {
  let length = 0;
  for (const chunk of file.chunks) {
    const pack = manifest.packs[chunk.pack];
    if (pack === undefined) return `lies in pack ${chunk.pack}, but there are ${manifest.packs.length}`;
    if (chunk.offset + chunk.length > pack.rawBytes) return `reaches past the end of pack ${pack.sha256}`;
    length += chunk.length;
  }
  return length === file.sizeBytes ? undefined : `has ${file.sizeBytes} bytes, but its chunks hold ${length}`;
}
