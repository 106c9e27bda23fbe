// How one manifest becomes another. In: two manifests, or one and a delta's bytes. Out: those bytes, or the other.
// Never: I/O. What comes out is not yet proven: its canonical bytes must have the digest that was asked for.
import { z } from 'zod';
import { FaultsError, UserError } from '../lib/errors.ts';
import { parseJsonEdge } from '../lib/parse-edge.ts';
import { canonicalJson } from './canonical-json.ts';
import { numbers, pathColumn } from './columns.ts';
import { decodePacks, decodeText, encodePacks, headerSchema, packColumnsSchema } from './encode-manifest.ts';
import { decodeEntries, encodeEntries, entryColumnsSchema } from './entry-columns.ts';
import { findManifestFaults } from './manifest-faults.ts';
import type { Manifest, ManifestEntry, Pack } from './manifest.ts';

const ENCODING = 'delta-1';

const deltaSchema = z.strictObject({
  encoding: z.literal(ENCODING),
  /** All of the new manifest but packs and entries. */
  manifest: headerSchema,
  /** Packs that the old manifest does not have. */
  packs: packColumnsSchema,
  /** Rows of the old manifest that are gone, and those that are replaced: the first, then steps. */
  removed: numbers(),
  changed: numbers(),
  /** Paths that the old manifest does not have. */
  added: pathColumn,
  /** What has changed, then what was added. Packs are numbered as in the old manifest, then as in `packs`. */
  entries: entryColumnsSchema,
});

/** The JSON of a delta. */
export function encodeDelta(from: Manifest, to: Manifest): Buffer {
  const { packs: _packs, entries: _entries, ...header } = to;
  const { packs, entries } = renumber(to, new Map(from.packs.map(({ sha256 }, index) => [sha256, index])));
  const newPacks = packs.slice(from.packs.length);
  const wanted = new Map(entries.map((entry) => [entry.path, entry]));
  const removed: number[] = [];
  const changed: number[] = [];
  const replacements: ManifestEntry[] = [];
  for (const [index, entry] of from.entries.entries()) {
    const now = wanted.get(entry.path);
    wanted.delete(entry.path);
    if (now === undefined) removed.push(index);
    else if (!isSame(entry, now)) {
      changed.push(index);
      replacements.push(now);
    }
  }
  const added = [...wanted.values()];
  return Buffer.from(
    `{"encoding":"${ENCODING}","manifest":${canonicalJson(header)},"packs":${encodePacks(newPacks)},` +
      `"removed":${JSON.stringify(asSteps(removed))},"changed":${JSON.stringify(asSteps(changed))},` +
      `"added":${JSON.stringify(added.map(({ path }) => path))},"entries":${encodeEntries([...replacements, ...added])}}`,
  );
}

/** @throws UserError, FaultsError (exit code 2) for bytes that are no delta of this manifest */
export function applyDelta(from: Manifest, bytes: Uint8Array, what: string): Manifest {
  const delta = parseJsonEdge(deltaSchema, decodeText(bytes, what), what);
  const rows = (steps: readonly number[]) => asRows(steps, from.entries, what);
  const changed = rows(delta.changed);
  const paths = [...changed.map((row) => from.entries[row]?.path ?? ''), ...delta.added];
  const entries = decodeEntries(delta.entries, paths, what);
  const replaced = new Map(changed.map((row, index) => [row, entries[index]]));
  const removed = new Set(rows(delta.removed));
  const kept = from.entries.flatMap((entry, row) => (removed.has(row) ? [] : [replaced.get(row) ?? entry]));
  const packs = [...from.packs, ...decodePacks(delta.packs, what)];
  const merged = mergeSorted(kept, entries.slice(changed.length));
  const manifest = { ...delta.manifest, ...renumber({ packs, entries: merged }, new Map()) };
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

function asSteps(rows: readonly number[]): number[] {
  return rows.map((row, index) => row - (rows[index - 1] ?? 0));
}

function asRows(steps: readonly number[], entries: readonly unknown[], what: string): number[] {
  let row = 0;
  const rows = steps.map((step) => (row += step));
  if (row < Math.max(1, entries.length)) return rows;
  throw new UserError(`${what} is not sound: it speaks of row ${row} of ${entries.length}`, { exitCode: 2 });
}

function isSame(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false;
  const keys = Object.keys(left);
  const other = right as Readonly<Record<string, unknown>>;
  if (keys.length !== Object.keys(right).length) return false;
  return keys.every((key) => isSame((left as Readonly<Record<string, unknown>>)[key], other[key]));
}
