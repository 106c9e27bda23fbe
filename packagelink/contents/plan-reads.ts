// In which order packs are read. In: the files that are wanted. Out: packs with the runs of bytes to take. Never: I/O.
import type { Pack } from '../package/manifest.ts';
import type { WantedFile } from '../tree/tree.ts';

/** A run of bytes of one pack that belongs at `position` of a file. */
export type PackRead = {
  readonly file: WantedFile;
  readonly offset: number;
  readonly length: number;
  readonly position: number;
  /** Whether this read is the file's first or last, in the order of the plan. */
  isFirst: boolean;
  isLast: boolean;
};

export type PackReads = { readonly pack: Pack; readonly reads: PackRead[] };

/** Each pack once, in the order in which the files first need them. Files without packed bytes do not occur. */
export function planReads(files: readonly WantedFile[]): PackReads[] {
  const packs = new Map<string, PackReads>();
  for (const file of files) {
    if (file.content.kind === 'literal' || file.content.kind === 'tree') continue;
    let position = 0;
    for (const { pack, offset, length } of file.content.slices) {
      const entry = packs.get(pack.sha256) ?? { pack, reads: [] };
      packs.set(pack.sha256, entry);
      entry.reads.push({ file, offset, length, position, isFirst: false, isLast: false });
      position += length;
    }
  }
  const plan = [...packs.values()];
  const lastReads = new Map<WantedFile, PackRead>();
  for (const { reads } of plan) {
    for (const read of reads) {
      read.isFirst = !lastReads.has(read.file);
      lastReads.set(read.file, read);
    }
  }
  for (const read of lastReads.values()) read.isLast = true;
  return plan;
}
