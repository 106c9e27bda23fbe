// A head and all that belongs to it, brought up to date. In: a head that a host asks for. Out: the newest set of it that is whole.
// Never: shows a head whose lists, as far as hosts ask for them, are not here yet; gives up a good set for a bad one.
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { describeError } from '../../lib/errors.ts';
import type { AskOrigin } from './ask-origin.ts';
import type { CacheStore, HeadRow } from './cache-store.ts';
import type { Contents } from './contents.ts';
import type { Downloads } from './downloads.ts';
import { NotTheFileError } from './downloads.ts';
import type { IndexEntry, IndexKind } from './index-kinds/index-kind.ts';
import type { Origin } from './read-target.ts';

export type RefreshPlace = {
  readonly store: CacheStore;
  readonly contents: Contents;
  readonly origins: AskOrigin;
  readonly downloads: Downloads;
  readonly now: () => number;
  readonly countFetched: (origin: string, bytes: number) => void;
  /** So long the origin is not asked again, in milliseconds. */
  readonly freshMs: number;
};

export type HeadWanted = { readonly origin: Origin; readonly kind: IndexKind; readonly head: string };

const MAX_HEAD_BYTES = 32 * 1024 * 1024;

/**
 * @returns the set in force, and whether it has just come
 * @throws OriginAwayError, NotTheFileError if there is none, and the origin has none
 */
export async function refreshHead(
  place: RefreshPlace,
  wanted: HeadWanted,
): Promise<{ readonly row: HeadRow; readonly isNew: boolean }> {
  const { store, now, freshMs } = place;
  const { origin, head } = wanted;
  const before = store.head(origin.name, head);
  const isHere = before !== undefined && (await place.contents.isWhole(before.sha256, before.sizeBytes));
  if (isHere && now() - before.checkedAt < freshMs) return { row: before, isNew: false };
  try {
    const row = await fetchSet(place, wanted, isHere ? before : undefined);
    return { row, isNew: row.sha256 !== before?.sha256 };
  } catch (error) {
    if (!isHere) throw error;
    return { row: note(store, { ...before, checkedAt: now(), trouble: describeError(error) }), isNew: false };
  }
}

async function fetchSet(place: RefreshPlace, wanted: HeadWanted, before: HeadRow | undefined): Promise<HeadRow> {
  const { store, now } = place;
  const { origin, kind, head } = wanted;
  const answer = await place.origins.askAside(origin, head, before === undefined ? {} : validatorsOf(before));
  if (answer.statusCode === 304 && before !== undefined) {
    answer.destroy();
    return note(store, { ...before, checkedAt: now(), trouble: null });
  }
  const bytes = await readSmall(place, origin, head, answer);
  const entries = parseHead(kind, bytes, head);
  const companions = await fetchCompanions(place, wanted);
  const { etag = null, 'last-modified': lastModified = null } = answer.headers;
  const sha256 = await keepBytes(place, bytes);
  const row = { origin: origin.name, path: head, sha256, sizeBytes: bytes.length, etag, lastModified };
  // The first one is shown at once: there is nothing that it could be worse than.
  if (before !== undefined) await fetchLists(place, wanted, entries);
  const published = { ...row, checkedAt: now(), trouble: null };
  store.publish(published, [...entries, ...companions]);
  return published;
}

/** On a full disk it is not noted, and the origin is asked again by the next host. */
function note(store: CacheStore, row: HeadRow): HeadRow {
  try {
    store.putHead(row);
  } catch {
    return row;
  }
  return row;
}

function validatorsOf({ etag, lastModified }: HeadRow): Record<string, string> {
  return {
    ...(etag === null ? {} : { 'if-none-match': etag }),
    ...(lastModified === null ? {} : { 'if-modified-since': lastModified }),
  };
}

/** What stands between the cache and the origin may answer with a page of its own. */
function parseHead(kind: IndexKind, bytes: Buffer, head: string): readonly IndexEntry[] {
  try {
    return kind.parseHead(bytes.toString(), head);
  } catch (cause) {
    throw new NotTheFileError(`${head} ${describeError(cause)}`, 502);
  }
}

async function fetchCompanions(place: RefreshPlace, { origin, kind, head }: HeadWanted): Promise<IndexEntry[]> {
  const found: IndexEntry[] = [];
  for (const path of kind.companionsOf(head)) {
    const answer = await place.origins.askAside(origin, path);
    if (answer.statusCode !== 200) {
      answer.destroy();
      continue;
    }
    const bytes = await readSmall(place, origin, path, answer);
    const sha256 = await keepBytes(place, bytes);
    found.push({ path, sha256, sizeBytes: bytes.length, role: path, fetchPath: path });
  }
  return found;
}

/** Those that take the place of one that is here, so that a host that has seen the new head finds them, whatever becomes of the origin. */
async function fetchLists(
  { store, contents, downloads }: RefreshPlace,
  { origin, kind, head }: HeadWanted,
  entries: readonly IndexEntry[],
): Promise<void> {
  const here = store.filesOf(origin.name, head).filter(({ sha256 }) => store.content(sha256) !== undefined);
  const roles = new Set(here.map(({ role }) => role));
  for (const entry of entries) {
    if (!roles.has(entry.role) && kind.listing(entry) !== 'always') continue;
    if (store.content(entry.sha256) !== undefined && (await contents.isWhole(entry.sha256, entry.sizeBytes))) continue;
    await (
      await downloads.start(origin, entry)
    ).done;
  }
}

async function readSmall(
  { countFetched }: RefreshPlace,
  origin: Origin,
  path: string,
  answer: IncomingMessage,
): Promise<Buffer> {
  const { statusCode = 0 } = answer;
  const parts: Buffer[] = [];
  let length = 0;
  try {
    if (statusCode !== 200) throw new NotTheFileError(`${path}: the origin answers ${statusCode}`, statusCode);
    for await (const part of answer as AsyncIterable<Buffer>) {
      length += part.length;
      if (length > MAX_HEAD_BYTES) throw new NotTheFileError(`${path} is too large`, 502);
      parts.push(part);
    }
  } finally {
    answer.destroy();
  }
  countFetched(origin.name, length);
  return Buffer.concat(parts);
}

async function keepBytes({ store, contents, now }: RefreshPlace, bytes: Buffer): Promise<string> {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (store.content(sha256) !== undefined && (await contents.isWhole(sha256, bytes.length))) return sha256;
  const file = contents.incoming(`${sha256}.head`);
  await using handle = await open(file, 'w', 0o644);
  await handle.writeFile(bytes);
  await handle.sync();
  contents.adopt(file, sha256);
  store.putContent(sha256, bytes.length, now());
  return sha256;
}
