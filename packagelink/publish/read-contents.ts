// Reads the files of a tree while it is published. In: paths of a scan. Out: digests and bytes. Never: writes.
import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../lib/errors.ts';
import { TreeChangedError, readOf } from './tree-changed.ts';
import { sha256 } from '../package/digest.ts';
import { PACK_RAW_BYTES } from '../package/manifest.ts';
import type { TemplateVariables } from '../package/manifest.ts';
import { findTemplateVariables } from '../package/preprocess.ts';
import { statMetadata } from './scan.ts';
import type { ScannedFile } from './scan.ts';

const MAX_TEMPLATE_BYTES = PACK_RAW_BYTES;

export type FileDigest = { readonly sha256: string; readonly template?: TemplateVariables };

/**
 * SHA-256 of one file, and the variables that it names when it is a template. A file that fits into `buffer`, which is
 * PACK_RAW_BYTES long, then stands there.
 * @throws UserError when it is not what it was when it was scanned, or a template is no text or larger than 4 MiB.
 */
export function digestFile(tree: string, file: ScannedFile, buffer: Uint8Array): FileDigest {
  return digestPieces(file, readFilePieces(tree, file, buffer));
}

function digestPieces(file: ScannedFile, pieces: Iterable<Uint8Array>): FileDigest {
  if (file.becomes !== undefined) return digestTemplate(file, pieces);
  if (file.sizeBytes > PACK_RAW_BYTES) {
    const digest = createHash('sha256');
    for (const bytes of pieces) digest.update(bytes);
    return { sha256: digest.digest('hex') };
  }
  let found = sha256('');
  for (const bytes of pieces) found = sha256(bytes);
  return { sha256: found };
}

function digestTemplate(file: ScannedFile, pieces: Iterable<Uint8Array>): FileDigest {
  if (file.sizeBytes > MAX_TEMPLATE_BYTES) throw templateFault(file.path, 'is larger than 4 MiB');
  let digest: FileDigest = { sha256: sha256(''), template: { inline: [], leading: [] } };
  for (const bytes of pieces) {
    if (bytes.includes(0)) throw templateFault(file.path, 'holds a NUL byte, so it is not text');
    digest = { sha256: sha256(bytes), template: findTemplateVariables(bytes) };
  }
  return digest;
}

/**
 * All bytes of a file, in pieces that are as long as `buffer`, which they are in; the last may be shorter.
 * @throws UserError when the file is not what it was when it was scanned.
 */
export function* readFilePieces(tree: string, file: ScannedFile, buffer: Uint8Array): Generator<Uint8Array> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const fd = readOf(file.path, () => openSync(join(tree, file.path), flags));
  try {
    for (let position = 0; position < file.sizeBytes;) {
      const count = readFully(fd, buffer, { length: Math.min(buffer.length, file.sizeBytes - position), position });
      if (count === 0) throw changed(file.path);
      yield buffer.subarray(0, count);
      position += count;
    }
    const now = fstatSync(fd, { bigint: true });
    const { mtimeSeconds, mtimeNanoseconds } = statMetadata(now);
    const isSameTime = mtimeSeconds === file.mtimeSeconds && mtimeNanoseconds === file.mtimeNanoseconds;
    if (!isSameTime || Number(now.size) !== file.sizeBytes) throw changed(file.path);
  } finally {
    closeSync(fd);
  }
}

/** The error for a file that changes while its tree is published. */
export function changed(path: string): UserError {
  return new TreeChangedError(path, 'changed');
}

function readFully(fd: number, buffer: Uint8Array, { length, position }: { length: number; position: number }): number {
  let count = 0;
  while (count < length) {
    const read = readSync(fd, buffer, count, length - count, position + count);
    if (read === 0) break;
    count += read;
  }
  return count;
}

function templateFault(path: string, what: string): UserError {
  return new UserError(`publishing template ${path}: it ${what}`, { exitCode: 2 });
}
