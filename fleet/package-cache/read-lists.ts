// Lists of packages that have come, read into the store: from then on their packages are kept. In: a list. Out: rows. Never: lets a
// package be asked for while the list that names it is still being read.
import { randomUUID } from 'node:crypto';
import { setImmediate as yieldToOthers } from 'node:timers/promises';
import { describeError } from '../../lib/errors.ts';
import type { LimitedLog } from '../../lib/limited-log.ts';
import type { CacheStore, FileRow } from './cache-store.ts';
import type { Contents } from './contents.ts';
import { findHead } from './index-kinds/all.ts';
import type { PackageEntry } from './index-kinds/index-kind.ts';
import { openCompressed } from './open-compressed.ts';

export type ReadLists = {
  /** Reads it unless it was read. Ends at once; `settled` waits. */
  readonly begin: (list: FileRow, whenHere: Promise<void>) => void;
  /** Ends when no list of this origin is being read. */
  readonly settled: (origin: string) => Promise<void>;
};

const AT_ONCE = 1000;
const MAX_PACKAGES = 500_000;

export function createReadLists(place: {
  readonly store: CacheStore;
  readonly contents: Contents;
  readonly log: LimitedLog;
  readonly now: () => number;
}): ReadLists {
  const { store, contents, log, now } = place;
  const running = new Map<string, { readonly origin: string; readonly end: Promise<void> }>();

  function begin(list: FileRow, whenHere: Promise<void>): void {
    const found = findHead(list.source);
    // Whoever fetches it hears of it, too.
    whenHere.catch(() => undefined);
    const key = `${list.origin}/${list.path}/${list.sha256}`;
    if (found === undefined || list.role === null || running.has(key)) return;
    if (found.kind.listing({ role: list.role, path: list.path }) === 'no' || store.isListRead(list)) return;
    const packagesOf = (): AsyncIterable<PackageEntry> =>
      found.kind.readPackages(
        openCompressed(contents.pathOf(list.sha256), list.path, contents.incoming(randomUUID())),
        found.head,
      );
    const end = whenHere
      .then(() => read(list, packagesOf()))
      .catch((error: unknown) => {
        log.once(`list ${list.path}`, 'a list cannot be read: its packages are passed on, and not kept', {
          origin: list.origin,
          list: list.path,
          error: describeError(error),
        });
      })
      .finally(() => running.delete(key));
    running.set(key, { origin: list.origin, end });
  }

  async function read(list: FileRow, packages: AsyncIterable<PackageEntry>): Promise<void> {
    let waiting: PackageEntry[] = [];
    let count = 0;
    for await (const entry of packages) {
      count += 1;
      if (count > MAX_PACKAGES) throw new Error(`has more than ${MAX_PACKAGES} packages`);
      waiting.push(entry);
      if (waiting.length < AT_ONCE) continue;
      store.putPackages(list, waiting);
      waiting = [];
      await yieldToOthers();
    }
    store.putPackages(list, waiting);
    store.endList(list, now());
  }

  return {
    begin,
    settled: async (origin) => {
      await Promise.all([...running.values()].filter((each) => each.origin === origin).map(({ end }) => end));
    },
  };
}
