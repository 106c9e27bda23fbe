// How one manifest becomes another. In: two manifests, or one and a delta's bytes. Out: those bytes, or the other.
// Never: I/O. What comes out is not yet proven: its canonical bytes must have the digest that was asked for.
import { z } from 'zod';
import { FaultsError, UserError } from '../../lib/errors.ts';
import { parseJsonEdge } from '../../lib/parse-edge.ts';
import { canonicalJson } from '../package/canonical-json.ts';
import { pathColumn } from './columns.ts';
import { decodePacks, decodeText, encodePacks, headerSchema, packColumnsSchema } from './encode-manifest.ts';
import type { ManifestHeader } from './encode-manifest.ts';
import { decodeEntries, encodeEntries, entryColumnsSchema } from './entry-columns.ts';
import { chunkFault, findManifestFaults } from '../package/manifest-faults.ts';
import type { Manifest, ManifestEntry, Pack } from '../package/manifest.ts';

const ENCODING = 'delta-2';

const deltaSchema = z.strictObject({
  encoding: z.literal(ENCODING),
  /** All of the new manifest but packs and entries. */
  manifest: headerSchema,
  /** Those in which the bytes of `entries` lie, whether the old manifest has them or not. */
  packs: packColumnsSchema,
  removed: pathColumn,
  changed: pathColumn,
  added: pathColumn,
  /** What has changed, then what was added; packs are numbered as in `packs`. */
  entries: entryColumnsSchema,
});

/** What makes one manifest another; it can be read without either. */
export type ManifestDelta = {
  readonly header: ManifestHeader;
  /** To which the chunks of the entries refer. */
  readonly packs: readonly Pack[];
  readonly removed: readonly string[];
  readonly changed: readonly ManifestEntry[];
  readonly added: readonly ManifestEntry[];
};

/** The JSON of a delta. */
export function encodeDelta(from: Manifest, to: Manifest): Buffer {
  const { packs: _packs, entries: _entries, ...header } = to;
  const { packs, entries } = renumber(to, new Map(from.packs.map(({ sha256 }, index) => [sha256, index])));
  const numbered = [...from.packs, ...packs.slice(from.packs.length)];
  const wanted = new Map(entries.map((entry) => [entry.path, entry]));
  const removed: string[] = [];
  const changed: ManifestEntry[] = [];
  for (const entry of from.entries) {
    const now = wanted.get(entry.path);
    wanted.delete(entry.path);
    if (now === undefined) removed.push(entry.path);
    else if (!isSame(entry, now)) changed.push(now);
  }
  const added = [...wanted.values()];
  const used = renumber({ packs: numbered, entries: [...changed, ...added] }, new Map());
  const column = (these: readonly ManifestEntry[]) => JSON.stringify(these.map(({ path }) => path));
  return Buffer.from(
    `{"encoding":"${ENCODING}","manifest":${canonicalJson(header)},"packs":${encodePacks(used.packs)},` +
      `"removed":${JSON.stringify(removed)},"changed":${column(changed)},"added":${column(added)},` +
      `"entries":${encodeEntries(used.entries)}}`,
  );
}

/** @throws UserError, FaultsError (exit code 2) for bytes that are no delta */
export function decodeDelta(bytes: Uint8Array, what: string): ManifestDelta {
  const { manifest, packs, removed, changed, added, ...delta } = parseJsonEdge(
    deltaSchema,
    decodeText(bytes, what),
    what,
  );
  const entries = decodeEntries(delta.entries, [...changed, ...added], what);
  const found = decodePacks(packs, what);
  for (const entry of entries) {
    const fault = entry.type === 'file' ? chunkFault(entry, found) : undefined;
    if (fault !== undefined) throw new UserError(`${what} is not sound: ${entry.path} ${fault}`, { exitCode: 2 });
  }
  return {
    header: manifest,
    packs: found,
    removed,
    changed: entries.slice(0, changed.length),
    added: entries.slice(changed.length),
  };
}

/** @throws UserError, FaultsError (exit code 2) where a delta is not of this manifest */
export function applyDelta(from: Manifest, delta: ManifestDelta, what: string): Manifest {
  const shift = from.packs.length;
  const shifted = (entry: ManifestEntry): ManifestEntry =>
    entry.type === 'file'
      ? { ...entry, chunks: entry.chunks.map((chunk) => ({ ...chunk, pack: chunk.pack + shift })) }
      : entry;
  const replaced = new Map(delta.changed.map((entry) => [entry.path, shifted(entry)]));
  const removed = new Set(delta.removed);
  const kept = from.entries.flatMap((entry) => (removed.has(entry.path) ? [] : [replaced.get(entry.path) ?? entry]));
  const merged = mergeSorted(kept, delta.added.map(shifted));
  const manifest = {
    ...delta.header,
    ...renumber({ packs: [...from.packs, ...delta.packs], entries: merged }, new Map()),
  };
  const faults = findManifestFaults(manifest);
  if (faults.length > 0) throw new FaultsError(what, faults);
  return manifest;
}

type Contents = { readonly packs: readonly Pack[]; readonly entries: readonly ManifestEntry[] };

// Packs have the numbers of `known`, and from there on those of their first use, as in every published manifest.
function renumber(
  { packs, entries }: Contents,
  known: ReadonlyMap<string, number>,
): { packs: Pack[]; entries: ManifestEntry[] } {
  const numbers = new Map(known);
  const renumbered: Pack[] = Array.from({ length: known.size });
  const numberOf = packs.map(() => -1);
  const numbered = (pack: number): number => {
    const found = packs[pack];
    if (found === undefined) return pack;
    if (numberOf[pack] !== -1) return numberOf[pack] ?? pack;
    const number = numbers.get(found.sha256) ?? numbers.size;
    numbers.set(found.sha256, number);
    renumbered[number] = found;
    return (numberOf[pack] = number);
  };
  const renamed = entries.map((entry): ManifestEntry => {
    if (entry.type !== 'file') return entry;
    const isRight = entry.chunks.every(({ pack }) => numbered(pack) === pack);
    return isRight
      ? entry
      : { ...entry, chunks: entry.chunks.map((chunk) => ({ ...chunk, pack: numbered(chunk.pack) })) };
  });
  return { packs: renumbered, entries: renamed };
}

function mergeSorted(left: readonly ManifestEntry[], right: readonly ManifestEntry[]): ManifestEntry[] {
  const merged: ManifestEntry[] = [];
  let next = 0;
  for (const entry of left) {
    for (let other = right[next]; other !== undefined && other.path < entry.path; other = right[next]) {
      merged.push(other);
      next += 1;
    }
    merged.push(entry);
  }
  return [...merged, ...right.slice(next)];
}

function isSame(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false;
  const keys = Object.keys(left);
  const other = right as Readonly<Record<string, unknown>>;
  if (keys.length !== Object.keys(right).length) return false;
  return keys.every((key) => isSame((left as Readonly<Record<string, unknown>>)[key], other[key]));
}
