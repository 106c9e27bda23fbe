// What a machine knows of its description while the server is away. In and out: files below /var/lib/gutinteg.
// Never: believes a manifest for having been stored: digest and signature are checked again at every use.
import { mkdir, rm } from 'node:fs/promises';
import type { KeyObject } from 'node:crypto';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { lookupSchema } from '../../contract/lookup.ts';
import type { Lookup } from '../../contract/lookup.ts';
import { readIfThere } from '../../lib/read-if-there.ts';
import { parseJsonEdge } from '../../lib/parse-edge.ts';
import { writeFileAtomically } from '../../lib/write-file-atomically.ts';
import type { Fetcher } from '../../packagelink/contents/fetch.ts';
import { openManifestCache } from '../../packagelink/manifests/manifest-cache.ts';
import type { ManifestCache } from '../../packagelink/manifests/manifest-cache.ts';
import { AWAY_FILE, LOOKUP_FILE, MANIFESTS_DIR } from '../machine/machine-state.ts';

const lastKnownSchema = z.object({ format: z.literal(1), lookup: lookupSchema });

/** The answer to the last look-up whose files were laid down; undefined when there is none. @throws UserError */
export async function readLastKnown(root: string): Promise<Lookup | undefined> {
  const path = join(root, LOOKUP_FILE);
  const text = await readIfThere(path);
  if (text === undefined) return undefined;
  return parseJsonEdge(lastKnownSchema, text.toString('utf8'), path).lookup;
}

/** Keeps an answer for runs without a server; an equal one is not written again. 0600: it has the whole record. */
export async function saveLastKnown(root: string, lookup: Lookup): Promise<void> {
  const path = join(root, LOOKUP_FILE);
  const text = `${JSON.stringify({ format: 1, lookup })}\n`;
  if ((await readIfThere(path))?.toString('utf8') === text) return;
  await mkdir(dirname(path), { recursive: true, mode: 0o755 });
  await writeFileAtomically(path, text, 0o600);
}

/** Since when the server is away, in milliseconds since 1970: the beginning of the first run that did not reach it. */
export async function readAwaySince(root: string): Promise<number | undefined> {
  const ms = Date.parse((await readIfThere(join(root, AWAY_FILE)))?.toString('utf8').trim() ?? '');
  return Number.isNaN(ms) ? undefined : ms;
}

/** Remembers that the server is away, or, with undefined, that it answers. Writes only what has changed. */
export async function saveAwaySince(root: string, sinceMs: number | undefined): Promise<void> {
  const path = join(root, AWAY_FILE);
  if ((await readAwaySince(root)) === sinceMs) return;
  if (sinceMs === undefined) await rm(path, { force: true });
  else await writeFileAtomically(path, `${new Date(sinceMs).toISOString()}\n`);
}

/**
 * Manifests by way of the machine's own disk.
 * @param keys of the site: what none of them has signed is fetched again
 */
export function openMachineManifests(root: string, fetcher: Fetcher, publicKeys: readonly KeyObject[]): ManifestCache {
  return openManifestCache({ dir: join(root, MANIFESTS_DIR), fetcher, publicKeys });
}
