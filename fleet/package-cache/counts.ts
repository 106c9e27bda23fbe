// How much the cache saves, and when its files were used last. In: events. Out: rows, every few seconds. Never: a write for each
// request.
import { describeError } from '../../lib/errors.ts';
import type { LimitedLog } from '../../lib/limited-log.ts';
import type { CacheStore } from './cache-store.ts';

export type CountName = 'hits' | 'misses' | 'passed' | 'damaged' | 'fetchedBytes' | 'sentBytes';

const WRITE_MS = 5000;
const KEPT_DAYS = 30;

export function createCounts(store: CacheStore, log: LimitedLog, now: () => number) {
  const counts = new Map<string, number>();
  const used = new Set<string>();
  let today = '';

  function write(): void {
    const day = dayOf(now());
    if (counts.size > 0) {
      const rows = [...counts].map(([key, value]) => ({ ...splitKey(key), value }));
      store.count(day, rows);
      counts.clear();
    }
    if (used.size > 0) store.use(used, now());
    used.clear();
    if (day !== today) store.forgetBefore(firstDay(now()), now());
    today = day;
  }

  /** On a full disk they are written later. */
  function tryToWrite(): void {
    try {
      write();
    } catch (error) {
      log.once('counts', 'the counts cannot be written', { error: describeError(error) });
    }
  }

  const timer = setInterval(tryToWrite, WRITE_MS);
  timer.unref();
  return {
    add: (origin: string, name: CountName, value: number): void => {
      const key = `${name} ${origin}`;
      counts.set(key, (counts.get(key) ?? 0) + value);
    },
    use: (sha256: string): void => void used.add(sha256),
    close: (): void => {
      clearInterval(timer);
      tryToWrite();
    },
  };
}

function splitKey(key: string): { readonly origin: string; readonly name: string } {
  const at = key.indexOf(' ');
  return { name: key.slice(0, at), origin: key.slice(at + 1) };
}

/** `2026-11-30` */
const dayOf = (milliseconds: number): string => new Date(milliseconds).toISOString().slice(0, 10);

/** The first of the days that are counted. */
export const firstDay = (now: number): string => dayOf(now - (KEPT_DAYS - 1) * 86_400_000);
