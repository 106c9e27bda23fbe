// The bytes of a path on one side. In: an entry and its machine. Out: bytes as they would be written. Never: writes.
import { preprocess } from '../../packagelink/package/preprocess.ts';
import type { TreeEntry, WantedFile } from '../../packagelink/tree/tree.ts';
import type { MachineSide } from './describe-machine.ts';
import type { DiffPackage } from './read-side.ts';

/** Stands for what cannot be known before a machine's disks are: fstab and the like. */
export const OF_THE_DISKS = 'This file depends on the disks of the machine.\n';

/** What is not read: larger than a person reads, or not known. */
export type Unread = 'large' | 'of-the-disks';

const LARGEST_BYTES = 1024 * 1024;

// The templates of a package are rendered for thousands of machines.
const sources = new WeakMap<DiffPackage, Map<string, Uint8Array>>();

/** Undefined for an entry that is not a file. */
export async function readContent(
  entry: TreeEntry | undefined,
  machine: MachineSide,
): Promise<Uint8Array | Unread | undefined> {
  if (entry?.type !== 'file') return undefined;
  const { content } = entry;
  if (content.kind === 'literal') {
    return Buffer.from(content.bytes).equals(Buffer.from(OF_THE_DISKS)) ? 'of-the-disks' : content.bytes;
  }
  if (content.sizeBytes > LARGEST_BYTES) return 'large';
  const owner = machine.packages.get(entry.owner);
  if (owner === undefined) throw new Error(`${entry.path} belongs to ${entry.owner}, which the machine does not have`);
  if (content.kind !== 'template') return await readSource(entry, owner);
  const known = sources.get(owner) ?? new Map<string, Uint8Array>();
  sources.set(owner, known);
  const source = known.get(content.sha256) ?? (await readSource(entry, owner));
  known.set(content.sha256, source);
  return preprocess(source, content.defines, `${entry.path} of ${entry.owner}`);
}

async function readSource(file: WantedFile, owner: DiffPackage): Promise<Uint8Array> {
  return file.content.sizeBytes === 0 ? new Uint8Array() : await owner.read(file);
}
