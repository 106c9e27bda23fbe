// The lists that the server has of this host, so that only differences travel. In: the state directory. Out: a list, or
// nothing, which costs a whole upload. Never: an error that would keep the host from reporting.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { z } from 'zod';
import { digestOfItems, digestSchema, itemsSchema } from '../../contract/fleet/inventory.ts';
import type { Item, ListKind } from '../../contract/fleet/inventory.ts';
import { readFileIfThere, replaceFile } from './replace-file.ts';
import type { StatePaths } from './state-paths.ts';

export type KeptList = { readonly digest: string; readonly items: readonly Item[] };

const keptSchema = z.object({ digest: digestSchema, items: itemsSchema });
const MAX_BYTES = 64 * 1024 * 1024;

/** Undefined when there is none, or it is damaged. */
export function readKeptList(paths: StatePaths, kind: ListKind): KeptList | undefined {
  try {
    const bytes = readFileIfThere(fileOf(paths, kind));
    if (bytes === undefined) return undefined;
    const text = zstdDecompressSync(bytes, { maxOutputLength: MAX_BYTES }).toString();
    const { data } = keptSchema.safeParse(JSON.parse(text));
    return data !== undefined && digestOfItems(data.items) === data.digest ? data : undefined;
  } catch {
    return undefined;
  }
}

/** @returns whether there was room for it */
export function keepList(paths: StatePaths, kind: ListKind, list: KeptList): boolean {
  try {
    mkdirSync(paths.lists, { recursive: true, mode: 0o700 });
    replaceFile(fileOf(paths, kind), zstdCompressSync(JSON.stringify(list)));
    return true;
  } catch {
    return false;
  }
}

const fileOf = (paths: StatePaths, kind: ListKind): string => join(paths.lists, `${kind}.zst`);
