// Package files by their SHA-256, in a directory. In: parts of files, from people or from an address. Out: files that were looked at, and
// their bytes for hosts. A file is there whole, or not: its description is written last. Never: keeps more than its bounds, holds a
// file in memory, or says that a file is a package before the package system's own programs have read all of it.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readFile, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { MAX_FILE_BYTES, packageFileSchema } from '../../contract/fleet/api/package-files.ts';
import type { PackageFile } from '../../contract/fleet/api/package-files.ts';
import { PART_BYTES } from '../../contract/fleet/package-file-part.ts';
import { parseJsonEdge } from '../../lib/parse-edge.ts';
import type { RunCommand } from '../../lib/run-command.ts';
import { whenMissing } from '../../lib/when-missing.ts';
import { writeFileAtomically } from '../../lib/write-file-atomically.ts';
import { OperationError } from '../operations/operation-error.ts';
import { createTurns } from '../servers/turns.ts';
import { filePlaces } from './file-places.ts';
import type { FileBounds, FilePlaces } from './file-places.ts';
import { inspectPackageFile } from './inspect-package-file.ts';

/** Who brought it, and from where. */
export type Brought = { readonly by: string; readonly at: number; readonly url: string | null };

export type PackageFileStore = ReturnType<typeof openPackageFiles>;

export type StoreOptions = {
  readonly directory: string;
  readonly bounds: FileBounds;
  readonly run: RunCommand;
};

export function openPackageFiles({ directory, bounds, run }: StoreOptions) {
  const places = filePlaces(directory);
  /** Looking at a file takes seconds of a processor. */
  const turns = createTurns(1);
  /** Parts of one file come one after the other. */
  const ofFile = new Map<string, Promise<unknown>>();
  const inTurn = <T>(sha256: string, work: () => Promise<T>): Promise<T> => {
    const mine = (ofFile.get(sha256) ?? Promise.resolve()).catch(() => {}).then(work);
    ofFile.set(sha256, mine);
    const forget = (): void => void (ofFile.get(sha256) === mine && ofFile.delete(sha256));
    mine.then(forget, forget);
    return mine;
  };
  return {
    places,
    bounds,
    find: (sha256: string) => readAbout(places, sha256),
    list: () => listFiles(places),
    /** @throws OperationError when there is no room for it; undefined when it is here already */
    requireRoom: (bytes: number) => requireRoom(places, bounds, bytes),
    have: (sha256: string) => sizeOf(places.part(sha256)),
    append: (sha256: string, part: FilePart) => inTurn(sha256, () => appendPart(places, sha256, part)),
    /** Compares, looks at it, and keeps it. @throws OperationError when it is not what it should be; then it is thrown away */
    finish: (sha256: string, brought: Brought) =>
      inTurn(sha256, () => turns(() => finishFile({ places, run }, sha256, brought))),
    /** At most a part, from a byte on; undefined when it is not here. */
    read: (sha256: string, from: number) => readPart(places, sha256, from),
    /** Somebody wants it: it is not tidied for a while. */
    touch: (sha256: string, at: Date) => utimes(places.about(sha256), at, at).catch(whenMissing(undefined)),
    usedAt: async (sha256: string) => (await stat(places.about(sha256)).catch(whenMissing(undefined)))?.mtimeMs ?? 0,
    remove: async (sha256: string) => {
      await rm(places.about(sha256), { force: true });
      await rm(places.data(sha256), { force: true });
    },
  };
}

async function readAbout(places: FilePlaces, sha256: string): Promise<PackageFile | undefined> {
  const text = await readFile(places.about(sha256), 'utf8').catch(whenMissing(undefined));
  if (text === undefined) return undefined;
  const about = parseJsonEdge(packageFileSchema, text, places.about(sha256));
  return (await sizeOf(places.data(sha256))) === about.bytes ? about : undefined;
}

async function listFiles(places: FilePlaces): Promise<PackageFile[]> {
  const names = await readdir(places.directory).catch(whenMissing<string[]>([]));
  const found: PackageFile[] = [];
  for (const name of names) {
    const [, sha256] = /^([0-9a-f]{64})\.json$/.exec(name) ?? [];
    const file = sha256 === undefined ? undefined : await readAbout(places, sha256);
    if (file !== undefined) found.push(file);
  }
  return found.toSorted((left, right) => right.addedAt - left.addedAt || (left.fileName < right.fileName ? -1 : 1));
}

async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(whenMissing(undefined)))?.size ?? 0;
}

/** What is still coming counts as well. */
async function requireRoom(places: FilePlaces, { maxBytes, maxFiles }: FileBounds, bytes: number): Promise<void> {
  if (bytes > MAX_FILE_BYTES) {
    throw new OperationError(
      'bad-input',
      `the file has ${bytes} bytes, and ${MAX_FILE_BYTES} are the most; nothing was sent`,
    );
  }
  const files = (await readdir(places.directory).catch(whenMissing<string[]>([]))).filter((name) =>
    name.endsWith('.file'),
  );
  const coming = await readdir(places.incoming).catch(whenMissing<string[]>([]));
  let held = 0;
  for (const name of files) held += await sizeOf(join(places.directory, name));
  for (const name of coming) held += await sizeOf(join(places.incoming, name));
  if (held + bytes <= maxBytes && files.length + coming.length < maxFiles) return;
  throw new OperationError(
    'conflict',
    `there is no room for ${bytes} bytes more: the server keeps ${files.length} of ${maxFiles} package files, with ${held} of ${maxBytes} bytes`,
    { hint: 'gutinteg fleet file list shows them, gutinteg fleet file remove FILE takes one away' },
  );
}

export type FilePart = { readonly from: number; readonly bytes: number; readonly data: Uint8Array };

/** @returns how much is here: a part that does not begin there is not taken, and its sender goes on from there */
async function appendPart(places: FilePlaces, sha256: string, { from, bytes, data }: FilePart): Promise<number> {
  await mkdir(places.incoming, { recursive: true, mode: 0o700 });
  const have = await sizeOf(places.part(sha256));
  if (have !== from) return have;
  if (from + data.length > Math.min(bytes, MAX_FILE_BYTES)) {
    throw new OperationError('bad-input', `the file has more bytes than the ${bytes} that were announced`);
  }
  await using file = await open(places.part(sha256), 'a', 0o600);
  await file.writeFile(data);
  return from + data.length;
}

type Finishing = { readonly places: FilePlaces; readonly run: RunCommand };

async function finishFile({ places, run }: Finishing, sha256: string, brought: Brought): Promise<PackageFile> {
  const known = await readAbout(places, sha256);
  if (known !== undefined) return known;
  const part = places.part(sha256);
  const bytes = await sizeOf(part);
  if (bytes === 0) throw new OperationError('not-found', 'nothing of this file was sent');
  try {
    const found = await digestOf(part);
    if (found !== sha256) {
      throw new OperationError('bad-input', `what came has SHA-256 ${found}, and not ${sha256}; it was thrown away`);
    }
    const described = await inspectPackageFile(part, run);
    const { by: addedBy, at: addedAt, url } = brought;
    const about: PackageFile = { ...described, sha256, bytes, url, addedBy, addedAt };
    await syncFile(part);
    await rename(part, places.data(sha256));
    await writeFileAtomically(places.about(sha256), `${JSON.stringify(about)}\n`, 0o600);
    return about;
  } finally {
    await rm(part, { force: true });
  }
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path) as AsyncIterable<Uint8Array>) hash.update(piece);
  return hash.digest('hex');
}

async function syncFile(path: string): Promise<void> {
  await using file = await open(path, 'r');
  await file.sync();
}

async function readPart(places: FilePlaces, sha256: string, from: number): Promise<Uint8Array | undefined> {
  const file = await open(places.data(sha256), 'r').catch(whenMissing(undefined));
  if (file === undefined) return undefined;
  try {
    const buffer = Buffer.alloc(PART_BYTES);
    const { bytesRead } = await file.read(buffer, 0, PART_BYTES, from);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
