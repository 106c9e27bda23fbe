// The contents of a tree: each file is read once, and what the last generation does not hold goes into packs.
// In: a scan, where known contents lie. Out: digests, and where every content lies. Never: writes to the tree.
import { createHash } from 'node:crypto';
import { PACK_RAW_BYTES } from '../package/manifest.ts';
import { createPackWriter } from './pack-writer.ts';
import type { PackWriter } from './pack-writer.ts';
import { planReuse } from './plan-reuse.ts';
import type { Places } from './plan-reuse.ts';
import { changed, digestFile, readFilePieces } from './read-contents.ts';
import type { FileDigest } from './read-contents.ts';
import type { ScannedEntry, ScannedFile } from './scan.ts';
import type { Store } from '../store/store.ts';
import type { PackSlice } from '../tree/tree.ts';

type Job = {
  readonly tree: string;
  readonly entries: readonly ScannedEntry[];
  /** Where contents lie already. */
  readonly known: Places;
  /** Undefined: nothing is written. */
  readonly store: Store | undefined;
  readonly onRead: (bytes: number) => void;
};

export type PackedTree = {
  readonly digests: ReadonlyMap<string, FileDigest>;
  readonly slices: ReadonlyMap<string, readonly PackSlice[]>;
  /** Stored bytes of the packs that are new; without a store their raw bytes. */
  readonly packedBytes: number;
};

/** @throws UserError when a file is not what it was when it was scanned, or a template is no text */
export async function packTree(job: Job): Promise<PackedTree> {
  const writer = createPackWriter(job.store);
  try {
    return await packContents(job, writer);
  } finally {
    await writer.settle();
  }
}

async function packContents(job: Job, writer: PackWriter): Promise<PackedTree> {
  const { tree, entries, known, onRead } = job;
  const buffer = Buffer.allocUnsafeSlow(PACK_RAW_BYTES);
  const digests = new Map<string, FileDigest>();
  const wanted = new Map<string, readonly PackSlice[]>();
  const firstFiles = new Map<string, ScannedFile>();
  for (const file of entries) {
    if (file.type !== 'file') continue;
    const digest = digestFile(tree, file, buffer);
    digests.set(file.path, digest);
    onRead(file.sizeBytes);
    if (file.sizeBytes === 0 || firstFiles.has(digest.sha256)) continue;
    firstFiles.set(digest.sha256, file);
    const places = known.get(digest.sha256);
    if (places !== undefined) wanted.set(digest.sha256, places);
    // The buffer still holds all of a file that fits into one pack.
    else if (file.sizeBytes <= PACK_RAW_BYTES) await writer.add(digest.sha256, buffer.subarray(0, file.sizeBytes));
    else await addAgain(job, writer, { file, sha256: digest.sha256, buffer });
  }
  const reused = planReuse(wanted);
  for (const sha256 of wanted.keys()) {
    const file = firstFiles.get(sha256);
    if (!reused.has(sha256) && file !== undefined) await addAgain(job, writer, { file, sha256, buffer });
  }
  const written = await writer.end();
  return { digests, slices: new Map([...reused, ...written]), packedBytes: writer.storedBytes() };
}

/** Reads a file a second time, piece by piece. @throws UserError when its bytes are others than a moment ago */
async function addAgain(
  { tree }: Job,
  writer: PackWriter,
  { file, sha256, buffer }: { file: ScannedFile; sha256: string; buffer: Buffer },
): Promise<void> {
  const digest = createHash('sha256');
  for (const bytes of readFilePieces(tree, file, buffer)) {
    digest.update(bytes);
    await writer.add(sha256, bytes);
  }
  if (digest.digest('hex') !== sha256) throw changed(file.path);
}
