// Writes the archive format of Linux's initramfs. In: entries. Out: bytes, the same for the same entries. Never: owners
// or times of the building machine: everything belongs to root and carries one fixed time.
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** One path of the ramdisk, without a leading slash; `mode` holds permission bits only. */
export type RamdiskEntry = { readonly path: string } & (
  | { readonly kind: 'directory'; readonly mode?: number }
  | { readonly kind: 'file'; readonly mode: number; readonly data: Uint8Array }
  | { readonly kind: 'file'; readonly mode: number; readonly source: string }
  | { readonly kind: 'link'; readonly target: string }
  | { readonly kind: 'character-device'; readonly mode: number; readonly major: number; readonly minor: number }
);

const FILE_TYPE = { directory: 0o040000, file: 0o100000, link: 0o120000, 'character-device': 0o020000 };
const MODIFIED_SECONDS = 1;

/**
 * The entries as a "newc" archive, in blocks, sorted by path, with missing parent directories added.
 * @throws RangeError when two entries share a path.
 * @see Linux Documentation/driver-api/early-userspace/buffer-format.rst
 */
export async function* writeCpio(entries: readonly RamdiskEntry[]): AsyncGenerator<Uint8Array> {
  let inode = 1;
  for (const entry of withParents(entries)) {
    const data = await entryData(entry);
    yield header(entry, inode, data.length);
    yield data;
    yield padding(data.length);
    inode += 1;
  }
  yield header({ path: 'TRAILER!!!', kind: 'file', mode: 0, data: new Uint8Array() }, 0, 0);
}

function withParents(entries: readonly RamdiskEntry[]): RamdiskEntry[] {
  const byPath = new Map<string, RamdiskEntry>();
  for (const entry of entries) {
    if (byPath.has(entry.path)) throw new RangeError(`two entries of the ramdisk are named ${entry.path}`);
    byPath.set(entry.path, entry);
  }
  for (const entry of entries) {
    for (let parent = dirname(entry.path); parent !== '.'; parent = dirname(parent)) {
      if (!byPath.has(parent)) byPath.set(parent, { path: parent, kind: 'directory' });
    }
  }
  // A parent sorts before its children, as the kernel's unpacker needs it.
  return [...byPath.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

async function entryData(entry: RamdiskEntry): Promise<Uint8Array> {
  if (entry.kind === 'link') return Buffer.from(entry.target);
  if (entry.kind !== 'file') return new Uint8Array();
  return 'data' in entry ? entry.data : await readFile(entry.source);
}

function header(entry: RamdiskEntry, inode: number, dataBytes: number): Buffer {
  const permissions = entry.kind === 'link' ? 0o777 : (entry.mode ?? 0o755);
  const device = entry.kind === 'character-device' ? [entry.major, entry.minor] : [0, 0];
  const name = Buffer.from(`${entry.path}\0`);
  const fields = [
    inode,
    FILE_TYPE[entry.kind] | permissions,
    0, // user
    0, // group
    entry.kind === 'directory' ? 2 : 1, // links
    MODIFIED_SECONDS,
    dataBytes,
    0, // major and minor number of the archived file's own disk
    0,
    ...device,
    name.length,
    0, // checksum, unused in this variant
  ];
  const text = `070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}`;
  return Buffer.concat([Buffer.from(text), name, padding(text.length + name.length)]);
}

function padding(lengthBytes: number): Buffer {
  return Buffer.alloc((4 - (lengthBytes % 4)) % 4);
}
