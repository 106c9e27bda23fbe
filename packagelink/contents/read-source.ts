import type { Fetcher } from './fetch.ts';
import { planReads } from './plan-reads.ts';
import { readPacks } from './read-packs.ts';
import type { WantedFile } from '../tree/tree.ts';
import { bytesAtHand, isAtHand } from './tree-source.ts';

/** The bytes that a file is made of, before any preprocessing. @throws UserError when a pack is missing or damaged */
export async function readSource(content: WantedFile['content'], fetcher: Fetcher): Promise<Uint8Array> {
  if (isAtHand(content)) return bytesAtHand(content);
  const file: WantedFile = {
    path: '',
    owner: '',
    class: 'package',
    type: 'file',
    mode: 0,
    uid: 0,
    gid: 0,
    sourceKey: '',
    content,
  };
  const bytes = new Uint8Array(content.sizeBytes);
  for await (const { work, raw } of readPacks(planReads([file]), fetcher)) {
    if (raw instanceof Error) throw raw;
    for (const { offset, length, position } of work.reads) bytes.set(raw.subarray(offset, offset + length), position);
  }
  return bytes;
}
