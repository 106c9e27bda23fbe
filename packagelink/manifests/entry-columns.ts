// Entries of a manifest as columns. In: entries, or checked JSON and paths. Out: the other. Never: I/O.
// A hundred thousand plain files and directories are read as a few arrays; whatever has more to say stands in `others`
// as it is, and is checked one by one. So a new kind of entry, or a new property, needs nothing here.
import { z } from 'zod';
import { UserError } from '../../lib/errors.ts';
import { parseEdge } from '../../lib/parse-edge.ts';
import { canonicalJson } from '../package/canonical-json.ts';
import { digestAt, digestColumn, digestCount, numbers, packRuns, runs, unpackRuns } from './columns.ts';
import type { Runs } from './columns.ts';
import { entrySchema } from '../package/manifest.ts';
import type { Chunk, FileEntry, ManifestEntry, Metadata } from '../package/manifest.ts';

const LARGEST_ID = 0xffff_fffe;
const metadataColumns = {
  modes: runs(0, 0o7777),
  uids: runs(0, LARGEST_ID),
  gids: runs(0, LARGEST_ID),
  /** The earliest second; `mtimeSeconds` count from it. */
  epoch: z.int(),
  mtimeSeconds: numbers(),
  mtimeNanoseconds: numbers(0, 999_999_999),
};

/** One table for plain files, one for plain directories; `types` says whose row is next. */
export const entryColumnsSchema = z.strictObject({
  /** `f` a file, `d` a directory, `i` an implied one, `o` one of `others`. */
  types: z.string().regex(/^[fdio]*$/),
  files: z.strictObject({
    ...metadataColumns,
    sizeBytes: numbers(),
    sha256: digestColumn,
    /** For files with bytes: the step from the pack of the file before. */
    packSteps: runs(Number.MIN_SAFE_INTEGER),
    /** For files with bytes: how far behind the last one in the same pack. */
    gaps: runs(Number.MIN_SAFE_INTEGER),
  }),
  directories: z.strictObject(metadataColumns),
  /** Entries without their paths. */
  others: z.array(z.record(z.string(), z.unknown())),
});

type EntryColumns = z.infer<typeof entryColumnsSchema>;
type MetadataColumns = EntryColumns['directories'];
type Directory = Extract<ManifestEntry, { type: 'directory' }>;

const PLAIN_FILE = [
  'type',
  'path',
  'mode',
  'uid',
  'gid',
  'mtimeSeconds',
  'mtimeNanoseconds',
  'sizeBytes',
  'sha256',
  'chunks',
];
const PLAIN_DIRECTORY = [...PLAIN_FILE.slice(0, 7), 'implied'];
const plainKeys = { file: new Set(PLAIN_FILE), directory: new Set(PLAIN_DIRECTORY) };

/** The JSON of entries without their paths; the same entries always give the same text. */
export function encodeEntries(entries: readonly ManifestEntry[]): string {
  const kinds = entries.map(kindOf);
  const files = entries.filter((_entry, index): _entry is FileEntry => kinds[index] === 'f');
  const isDirectory = (kind: string | undefined) => kind === 'd' || kind === 'i';
  const directories = entries.filter((_entry, index): _entry is Directory => isDirectory(kinds[index]));
  const others = entries.filter((_, index) => kinds[index] === 'o').map(({ path: _path, ...rest }) => rest);
  const columns = {
    types: kinds.join(''),
    files: {
      ...encodeMetadata(files),
      sizeBytes: files.map(({ sizeBytes }) => sizeBytes),
      sha256: files.map(({ sha256 }) => sha256).join(''),
      ...encodeChunks(files),
    },
    directories: encodeMetadata(directories),
  };
  return `${JSON.stringify(columns).slice(0, -1)},"others":${canonicalJson(others)}}`;
}

function kindOf(entry: ManifestEntry): string {
  if (entry.type !== 'file' && entry.type !== 'directory') return 'o';
  const plain: ReadonlySet<string> = plainKeys[entry.type];
  for (const [key, value] of Object.entries(entry)) if (value !== undefined && !plain.has(key)) return 'o';
  if (entry.type === 'directory') return entry.implied === true ? 'i' : 'd';
  const [chunk, ...more] = entry.chunks;
  const isWhole = entry.sizeBytes === 0 ? chunk === undefined : chunk?.length === entry.sizeBytes && more.length === 0;
  return isWhole ? 'f' : 'o';
}

function encodeMetadata(rows: readonly Metadata[]): MetadataColumns {
  const epoch = rows.reduce((least, { mtimeSeconds }) => Math.min(least, mtimeSeconds), rows[0]?.mtimeSeconds ?? 0);
  return {
    modes: packRuns(rows.map(({ mode }) => mode)),
    uids: packRuns(rows.map(({ uid }) => uid)),
    gids: packRuns(rows.map(({ gid }) => gid)),
    epoch,
    mtimeSeconds: rows.map(({ mtimeSeconds }) => mtimeSeconds - epoch),
    mtimeNanoseconds: rows.map(({ mtimeNanoseconds }) => mtimeNanoseconds),
  };
}

function encodeChunks(files: readonly FileEntry[]): { packSteps: Runs; gaps: Runs } {
  const packSteps: number[] = [];
  const gaps: number[] = [];
  const ends = new Map<number, number>();
  let last = 0;
  for (const { pack, offset, length } of files.flatMap(({ chunks }) => chunks)) {
    packSteps.push(pack - last);
    gaps.push(offset - (ends.get(pack) ?? 0));
    ends.set(pack, offset + length);
    last = pack;
  }
  return { packSteps: packRuns(packSteps), gaps: packRuns(gaps) };
}

/**
 * The entries of checked columns, with paths that are checked already.
 * @throws UserError when columns do not fit each other, FaultsError for one of `others` that is no entry
 */
export function decodeEntries(columns: EntryColumns, paths: readonly string[], what: string): ManifestEntry[] {
  const fileCount = countOf(columns.types, 'f');
  const directoryCount = countOf(columns.types, 'd') + countOf(columns.types, 'i');
  const files = decodeMetadata(columns.files, fileCount, what);
  const directories = decodeMetadata(columns.directories, directoryCount, what);
  expect(columns.types.length === paths.length, what, `${paths.length} paths, but ${columns.types.length} types`);
  expect(columns.others.length === countOf(columns.types, 'o'), what, 'other entries than its types say');
  const chunks = decodeChunks(columns.files, fileCount, what);
  const next = { file: 0, directory: 0, other: 0 };
  return paths.map((path, index): ManifestEntry => {
    const kind = columns.types[index];
    if (kind === 'o') {
      return parseEdge(entrySchema, { ...columns.others[next.other++], path }, `${what}: ${JSON.stringify(path)}`);
    }
    if (kind !== 'f') {
      const metadata = directories(next.directory++);
      return kind === 'i'
        ? { type: 'directory', path, ...metadata, implied: true }
        : { type: 'directory', path, ...metadata };
    }
    const row = next.file++;
    const { mode, uid, gid, mtimeSeconds, mtimeNanoseconds } = files(row);
    const sizeBytes = columns.files.sizeBytes[row] ?? 0;
    const sha256 = digestAt(columns.files.sha256, row);
    const chunk = sizeBytes === 0 ? [] : [chunks(sizeBytes)];
    return { type: 'file', path, mode, uid, gid, mtimeSeconds, mtimeNanoseconds, sizeBytes, sha256, chunks: chunk };
  });
}

function decodeMetadata(columns: MetadataColumns, rows: number, what: string): (row: number) => Metadata {
  const { epoch, mtimeSeconds, mtimeNanoseconds } = columns;
  const [modes, uids, gids] = [columns.modes, columns.uids, columns.gids].map((packed) => unpackRuns(packed, rows));
  const fits = mtimeSeconds.length === rows && mtimeNanoseconds.length === rows;
  expect(
    fits && modes !== undefined && uids !== undefined && gids !== undefined,
    what,
    `columns that are not ${rows} long`,
  );
  return (row) => ({
    mode: modes?.[row] ?? 0,
    uid: uids?.[row] ?? 0,
    gid: gids?.[row] ?? 0,
    mtimeSeconds: epoch + (mtimeSeconds[row] ?? 0),
    mtimeNanoseconds: mtimeNanoseconds[row] ?? 0,
  });
}

function decodeChunks(files: EntryColumns['files'], rows: number, what: string): (length: number) => Chunk {
  expect(files.sizeBytes.length === rows && digestCount(files.sha256) === rows, what, `files that are not ${rows}`);
  const filled = files.sizeBytes.reduce((count, size) => count + (size === 0 ? 0 : 1), 0);
  const steps = unpackRuns(files.packSteps, filled);
  const gaps = unpackRuns(files.gaps, filled);
  expect(steps !== undefined && gaps !== undefined, what, `places of other than ${filled} files`);
  const ends = new Map<number, number>();
  let row = 0;
  let pack = 0;
  return (length) => {
    pack += steps?.[row] ?? 0;
    const offset = (ends.get(pack) ?? 0) + (gaps?.[row] ?? 0);
    row += 1;
    expect(
      pack >= 0 && offset >= 0 && Number.isSafeInteger(pack) && Number.isSafeInteger(offset + length),
      what,
      'a place that is none',
    );
    ends.set(pack, offset + length);
    return { pack, offset, length };
  };
}

function countOf(types: string, kind: string): number {
  let count = 0;
  for (let at = types.indexOf(kind); at !== -1; at = types.indexOf(kind, at + 1)) count += 1;
  return count;
}

function expect(isRight: boolean, what: string, found: string): void {
  if (!isRight) throw new UserError(`${what} is not sound: it has ${found}`, { exitCode: 2 });
}
