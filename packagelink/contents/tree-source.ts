// Bytes of packages that are local directories, and of what is at hand anyway. In: where a content lies. Out: its bytes,
// whose digest is right. Never: writes; hands out a whole content before it is checked, but to a caller that can take it back.
import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { UserError, describeError } from '../../lib/errors.ts';
import type { Content, TreeFile } from '../tree/tree.ts';

type Wanted = TreeFile & { readonly sha256: string; readonly sizeBytes: number };

const READ = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
const BUFFER_BYTES = 1024 * 1024;

/** Whether a content needs no pack. */
export function isAtHand(content: Content): boolean {
  if (content.kind === 'literal' || content.kind === 'tree') return true;
  return content.slices.length === 0;
}

/** The bytes of a content that needs no pack; of a template, its source. @throws UserError */
export function bytesAtHand(content: Content): Uint8Array {
  if (content.kind === 'literal') return content.bytes;
  const { sha256, sizeBytes } = content;
  if (content.kind === 'tree') return readTreeFile(content);
  if (content.kind === 'template' && content.tree !== undefined)
    return readTreeFile({ ...content.tree, sha256, sizeBytes });
  return new Uint8Array();
}

function readTreeFile(file: Wanted): Uint8Array {
  const whole = Buffer.alloc(file.sizeBytes);
  copyTreeFile(file, (bytes, position) => void bytes.copy(whole, position));
  return whole;
}

/**
 * Copies a file from its directory or, where that is no longer what it was, from the kept bytes. `write` may be called
 * again for the same positions; only when this returns is everything right.
 * @throws UserError when neither has the bytes
 */
export function copyTreeFile(file: Wanted, write: (bytes: Buffer, position: number) => void): void {
  const kept = `${file.objects}/${file.sha256}`;
  const places = file.root === undefined ? [kept] : [`${file.root}/${file.path}`, kept];
  const faults: string[] = [];
  for (const place of places) {
    const fault = tryCopy(place, file, write);
    if (fault === undefined) return;
    faults.push(fault);
  }
  throw new UserError(faults[0] ?? '', { hint: 'link the package again' });
}

/** Copies one file if its bytes are the wanted ones; otherwise says why not. @throws what `write` throws */
export function tryCopy(
  place: string,
  { sha256, sizeBytes }: { readonly sha256: string; readonly sizeBytes: number },
  write: (bytes: Buffer, position: number) => void,
): string | undefined {
  let fd: number | undefined;
  let isWriting = false;
  try {
    fd = openSync(place, READ);
    const stat = fstatSync(fd);
    if (!stat.isFile() || stat.size !== sizeBytes) return `${place} has changed since its package was linked`;
    const digest = createHash('sha256');
    const buffer = Buffer.allocUnsafe(Math.min(BUFFER_BYTES, Math.max(1, sizeBytes)));
    for (let position = 0; position < sizeBytes;) {
      const count = readSync(fd, buffer, 0, Math.min(buffer.length, sizeBytes - position), position);
      if (count === 0) break;
      digest.update(buffer.subarray(0, count));
      isWriting = true;
      write(buffer.subarray(0, count), position);
      isWriting = false;
      position += count;
    }
    return digest.digest('hex') === sha256 ? undefined : `${place} has changed since its package was linked`;
  } catch (error) {
    // A full disk is no fault of the source.
    if (isWriting) throw error;
    return `${place} cannot be read: ${describeError(error)}`;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}
