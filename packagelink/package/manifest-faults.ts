// What a schema cannot say of a manifest: order, parents, links, ranges. In: a Manifest. Out: faults. Never: I/O.
import type { Fault } from '../../lib/errors.ts';
import type { FileEntry, Manifest, ManifestEntry, Pack } from './manifest.ts';
import { parentOf } from './package-path.ts';

/** Everything that is inconsistent between the entries and packs of one manifest; empty when it is sound. */
export function findManifestFaults(manifest: Manifest): Fault[] {
  const faults: Fault[] = [];
  const report = (where: string, message: string) => faults.push({ severity: 'error', where, message });
  const directories = new Set<string>();
  for (const { type, path } of manifest.entries) if (type === 'directory') directories.add(path);
  const files = namesOfLinked(manifest);
  let previous = '';
  let knownParent: string | undefined;
  let rawBytes = 0;
  for (const entry of manifest.entries) {
    if (entry.path <= previous)
      report(entry.path, `stands after ${previous}; entries are sorted and each path occurs once`);
    previous = entry.path;
    const parent = parentOf(entry.path);
    if (parent !== undefined && parent !== knownParent) {
      if (directories.has(parent)) knownParent = parent;
      else report(entry.path, `its parent ${parent} is not a directory of this package`);
    }
    const fault = linkFault(entry, files) ?? (entry.type === 'file' ? chunkFault(entry, manifest.packs) : undefined);
    if (fault !== undefined) report(entry.path, fault);
    if (entry.type === 'file') rawBytes += entry.sizeBytes;
  }
  if (rawBytes !== manifest.rawBytes)
    report('rawBytes', `is ${manifest.rawBytes}, but the files add up to ${rawBytes}`);
  return faults;
}

// Of all files, if any has a second name.
function namesOfLinked({ entries }: Manifest): Set<string> {
  if (!entries.some(({ type }) => type === 'hardlink')) return new Set();
  return new Set(entries.filter(({ type }) => type === 'file').map(({ path }) => path));
}

function linkFault(entry: ManifestEntry, files: ReadonlySet<string>): string | undefined {
  if (entry.type !== 'hardlink' || files.has(entry.target)) return undefined;
  return `is a hard link to ${entry.target}, which is not a file of this package`;
}

/** What is wrong with the places of a file's bytes, after its path. */
export function chunkFault(file: FileEntry, packs: readonly Pack[]): string | undefined {
  let length = 0;
  for (const chunk of file.chunks) {
    const pack = packs[chunk.pack];
    if (pack === undefined) return `lies in pack ${chunk.pack}, but there are ${packs.length}`;
    if (chunk.offset + chunk.length > pack.rawBytes) return `reaches past the end of pack ${pack.sha256}`;
    length += chunk.length;
  }
  return length === file.sizeBytes ? undefined : `has ${file.sizeBytes} bytes, but its chunks hold ${length}`;
}
