// Bytes of a file that is being laid down. In: a descriptor, a run of bytes. Out: written, or left out as a hole.
// Never: a hole in a file that has none in its package.
import { ftruncateSync, writeSync } from 'node:fs';
import type { WantedFile } from '../tree/tree.ts';

type Sparseness = Pick<WantedFile, 'sparse'> & { readonly content: Pick<WantedFile['content'], 'sizeBytes'> };

/** Of a sparse file, a run of at least this many zeros becomes a hole. */
const HOLE_BYTES = 64 * 1024;
const BLOCK_BYTES = 4096;
const ZEROS = Buffer.alloc(BLOCK_BYTES);

/** `length` bytes from `offset` of a buffer, which belong at `position` of a file. */
type Run = { readonly offset: number; readonly length: number; readonly position: number };

/** Writes `length` bytes from `offset` at `position` of a file; `file` says whether it is sparse. */
export function writeRun(fd: number, bytes: Uint8Array, run: Run, file: Sparseness): void {
  if (file.sparse !== true) {
    writeFully(fd, bytes, run);
    return;
  }
  for (const [start, end] of findData(bytes.subarray(run.offset, run.offset + run.length))) {
    writeFully(fd, bytes, { offset: run.offset + start, length: end - start, position: run.position + start });
  }
}

/** Gives a sparse file its length, which a hole at its end has not given it. */
export function finishLength(fd: number, file: Sparseness): void {
  if (file.sparse === true) ftruncateSync(fd, file.content.sizeBytes);
}

/** The runs of bytes between the holes, as pairs of start and end; blocks count from the start of `bytes`. */
export function findData(bytes: Uint8Array): [start: number, end: number][] {
  const runs: [number, number][] = [];
  let dataStart = 0;
  let zeroStart = 0;
  const close = (end: number) => {
    if (end - zeroStart < HOLE_BYTES) return;
    if (zeroStart > dataStart) runs.push([dataStart, zeroStart]);
    dataStart = end;
  };
  for (let block = 0; block < bytes.length; block += BLOCK_BYTES) {
    const end = Math.min(block + BLOCK_BYTES, bytes.length);
    if (ZEROS.compare(bytes, block, end, 0, end - block) === 0) continue;
    close(block);
    zeroStart = end;
  }
  close(bytes.length);
  if (bytes.length > dataStart) runs.push([dataStart, bytes.length]);
  return runs;
}

function writeFully(fd: number, bytes: Uint8Array, { offset, length, position }: Run): void {
  let done = 0;
  while (done < length) done += writeSync(fd, bytes, offset + done, length - done, position + done);
}
