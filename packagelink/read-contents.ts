// Reads the files of a tree while it is published. In: paths of a scan. Out: digests and bytes. Never: writes.
import { createHash } from 'node:crypto';
import { closeSync, constants, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../lib/errors.ts';
import { PACK_RAW_BYTES } from './manifest.ts';
import type { TemplateVariables } from './manifest.ts';
import { findTemplateVariables, installedPath } from './preprocess.ts';
import type { ScannedFile } from './scan.ts';

const MAX_TEMPLATE_BYTES = PACK_RAW_BYTES;

export type FileDigest = { readonly sha256: string; readonly template?: TemplateVariables };

/**
 * SHA-256 of one file, and the variables that it names when it is a template.
 * @throws UserError when it changes meanwhile, or a template is no text or larger than 4 MiB.
 */
export function digestFile(tree: string, file: ScannedFile, buffer: Uint8Array): FileDigest {
  const digest = createHash('sha256');
  const isTemplate = installedPath(file.path) !== file.path;
  let variables: TemplateVariables | undefined;
  if (isTemplate && file.sizeBytes > MAX_TEMPLATE_BYTES) throw templateFault(file.path, 'is larger than 4 MiB');
  readRange(tree, file, { offset: 0, length: file.sizeBytes, buffer }, (bytes) => {
    digest.update(bytes);
    if (!isTemplate) return;
    if (bytes.includes(0)) throw templateFault(file.path, 'holds a NUL byte, so it is no text');
    variables = findTemplateVariables(bytes);
  });
  const sha256 = digest.digest('hex');
  return isTemplate ? { sha256, template: variables ?? { inline: [], leading: [] } } : { sha256 };
}

/**
 * Reads `length` bytes of a file from `offset`, at most one pack at a time, into `buffer` (PACK_RAW_BYTES long).
 * @throws UserError when the file is shorter or longer than it was when it was scanned.
 */
export function readRange(
  tree: string,
  file: { readonly path: string; readonly sizeBytes: number },
  { offset, length, buffer }: { offset: number; length: number; buffer: Uint8Array },
  onBytes: (bytes: Uint8Array) => void,
): void {
  const fd = openSync(join(tree, file.path), constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    let position = offset;
    while (position < offset + length) {
      const wanted = Math.min(buffer.length, offset + length - position);
      const count = readFully(fd, buffer, wanted, position);
      if (count < wanted) throw changed(file.path);
      onBytes(buffer.subarray(0, count));
      position += count;
    }
    const isEnd = offset + length === file.sizeBytes;
    if (isEnd && readSync(fd, new Uint8Array(1), 0, 1, file.sizeBytes) > 0) throw changed(file.path);
  } finally {
    closeSync(fd);
  }
}

/** The error for a file that changes while its tree is published. */
export function changed(path: string): UserError {
  return new UserError(`publishing: ${path} changed while it was read; nothing was published`, {
    hint: 'publish again when nothing writes to the tree',
  });
}

function readFully(fd: number, buffer: Uint8Array, length: number, position: number): number {
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
