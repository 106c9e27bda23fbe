// What differs between two manifests. In: two Manifests. Out: paths and settings. Never: I/O; where bytes lie in packs
// makes no difference.
import { formatMode } from '../package/format-mode.ts';
import { canonicalJson } from '../package/canonical-json.ts';
import type { Manifest, ManifestEntry } from '../package/manifest.ts';
import { ownerOf } from '../tree/tree.ts';

/** `what` says what of a path has changed, such as `content` or `mode 0644 → 0755`. */
type PathChange = {
  readonly kind: 'added' | 'removed' | 'changed';
  readonly path: string;
  readonly what: readonly string[];
};

export type ManifestDifference = {
  /** Sorted by path. */
  readonly paths: readonly PathChange[];
  /** Of the package as a whole: `priority 50 → 60`. */
  readonly settings: readonly string[];
};

/** Everything that differs; `rawBytes` and the packs follow from the entries and are not told. */
export function diffManifests(before: Manifest, after: Manifest): ManifestDifference {
  const old = new Map(before.entries.map((entry) => [entry.path, entry]));
  const added = after.entries.flatMap((entry): PathChange[] => {
    const last = old.get(entry.path);
    old.delete(entry.path);
    if (last === undefined) return [{ kind: 'added', path: entry.path, what: [describeEntry(entry)] }];
    const what = differencesOf(last, entry);
    return what.length === 0 ? [] : [{ kind: 'changed', path: entry.path, what }];
  });
  const removed = [...old.values()].map((entry): PathChange => {
    return { kind: 'removed', path: entry.path, what: [describeEntry(entry)] };
  });
  const byPath = (left: PathChange, right: PathChange) => (left.path < right.path ? -1 : 1);
  return { paths: [...added, ...removed].toSorted(byPath), settings: settingsOf(before, after) };
}

function settingsOf(before: Manifest, after: Manifest): string[] {
  const { packs: _packs, entries: _entries, rawBytes: _bytes, ...old } = before;
  const { packs: _newPacks, entries: _newEntries, rawBytes: _newBytes, ...now } = after;
  return compare(old, now);
}

function differencesOf(before: ManifestEntry, after: ManifestEntry): string[] {
  if (before.type !== after.type) return [`${describeEntry(before)} → ${describeEntry(after)}`];
  return compare(shownOf(before), shownOf(after));
}

/** What is compared of an entry, by the words that people use. */
function shownOf(entry: ManifestEntry): Record<string, unknown> {
  if (entry.type === 'hardlink') return { target: entry.target };
  const { path: _path, type: _type, mode, uid, gid, user, group, ...timed } = entry;
  const { mtimeSeconds, mtimeNanoseconds, ...rest } = timed;
  const owner = ownerOf({
    uid,
    gid,
    ...(user === undefined ? {} : { user }),
    ...(group === undefined ? {} : { group }),
  });
  const common = { mode: formatMode(mode), owner, time: timeText(mtimeSeconds, mtimeNanoseconds) };
  if (entry.type !== 'file') return { ...rest, ...common };
  const { sha256, sizeBytes, chunks: _chunks, ...more } = rest as Partial<typeof entry>;
  return { ...more, content: sha256, bytes: sizeBytes, ...common };
}

function compare(before: Readonly<Record<string, unknown>>, after: Readonly<Record<string, unknown>>): string[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return keys
    .filter((key) => canonicalJson(before[key] ?? null) !== canonicalJson(after[key] ?? null))
    .map((key) => (key === 'content' ? key : `${key} ${text(before[key])} → ${text(after[key])}`));
}

function text(value: unknown): string {
  if (value === undefined) return 'none';
  return typeof value === 'string' ? value : canonicalJson(value);
}

function describeEntry(entry: ManifestEntry): string {
  if (entry.type === 'hardlink') return `hard link to ${entry.target}`;
  if (entry.type === 'symlink') return `symbolic link to ${entry.target}`;
  const owned = `${formatMode(entry.mode)} ${ownerOf(entry)}`;
  if (entry.type === 'special') return `${entry.node}, ${owned}`;
  return entry.type === 'file' ? `file, ${entry.sizeBytes} bytes, ${owned}` : `${entry.type}, ${owned}`;
}

function timeText(seconds: number, nanoseconds: number): string {
  const date = new Date(seconds * 1000);
  const day = Number.isNaN(date.valueOf()) ? String(seconds) : date.toISOString().slice(0, 19);
  return nanoseconds === 0 ? day : `${day}.${String(nanoseconds).padStart(9, '0')}`;
}
