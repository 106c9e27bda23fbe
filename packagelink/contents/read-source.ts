// The bytes that files are made of, before any preprocessing. In: files of a tree, a fetcher. Out: for each its bytes, or
// why they cannot be had. Never: writes; reads a pack twice.
import type { Fetcher } from './fetch.ts';
import { planReads } from './plan-reads.ts';
import { readPacks } from './read-packs.ts';
import type { WantedFile } from '../tree/tree.ts';
import { bytesAtHand, isAtHand } from './tree-source.ts';

/** Of each file its bytes or an error; a pack that is missing or damaged is one for all files in it. */
export async function readSources(
  files: readonly WantedFile[],
  fetcher: Fetcher,
): Promise<Map<WantedFile, Uint8Array | Error>> {
  const sources = new Map<WantedFile, Uint8Array | Error>();
  for (const file of files) if (isAtHand(file.content)) sources.set(file, readAtHand(file));
  for await (const { work, raw } of readPacks(planReads(files), fetcher)) {
    for (const { file, offset, length, position } of work.reads) {
      const bytes = sources.get(file) ?? new Uint8Array(file.content.sizeBytes);
      if (bytes instanceof Error) continue;
      if (!(raw instanceof Error)) bytes.set(raw.subarray(offset, offset + length), position);
      sources.set(file, raw instanceof Error ? raw : bytes);
    }
  }
  return sources;
}

/** The same of one content. @throws UserError when it cannot be had */
export async function readSource(content: WantedFile['content'], fetcher: Fetcher): Promise<Uint8Array> {
  const owned = { path: '', owner: '', class: 'package', mode: 0, uid: 0, gid: 0 } as const;
  const file: WantedFile = { type: 'file', ...owned, sourceKey: '', content };
  const source = (await readSources([file], fetcher)).get(file);
  if (source instanceof Error) throw source;
  return source ?? new Uint8Array();
}

function readAtHand({ content }: WantedFile): Uint8Array | Error {
  try {
    return bytesAtHand(content);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
