// What happened to one machine, in order: from the first DHCP packet of a boot to the report from its own disk.
// In: notes. Out: lines. Never: more than a bounded number of lines and bytes, whoever sends what.
import type { StateDatabase } from './database.ts';
import { cutNote, hasRoom, noteBytes, shareOf } from './plan-note.ts';
import type { Holding, Share, TimelineNote } from './plan-note.ts';

export type TimelineEntry = TimelineNote & { readonly atMs: number; readonly lastAtMs: number; readonly count: number };

/** Timelines of a machine that are kept. */
const TIMELINES_KEPT = 20;
/** All timelines of all machines together; beyond it the oldest of former attempts go. */
const MAX_TOTAL_BYTES = 256 * 1024 * 1024;
const STRANGERS_SHARE = 0.8;
/** Rows that one pruning deletes at most, so that no request waits for long. */
const PRUNED_AT_ONCE = 2000;
/** Timelines whose size is remembered. */
const MAX_REMEMBERED = 2000;

const BYTES = 'length(CAST(key AS BLOB)) + length(CAST(text AS BLOB)) + 100';
const LATEST = `SELECT seq, key, ${BYTES} AS bytes FROM timeline WHERE machine_id = ? AND timeline = ? ORDER BY seq DESC LIMIT 1`;
const HELD = `SELECT source, count(*) AS n, sum(${BYTES}) AS bytes FROM timeline WHERE machine_id = ? AND timeline = ? GROUP BY source`;
const REPEAT = 'UPDATE timeline SET last_at = ?, count = count + 1, text = ? WHERE seq = ?';
const COUNT = 'UPDATE timeline SET last_at = ?, count = count + 1 WHERE seq = ?';
const INSERT = `INSERT INTO timeline (machine_id, timeline, at, last_at, count, source, key, text) VALUES (?, ?, ?, ?, 1, ?, ?, ?)`;
const SELECT = 'SELECT * FROM timeline WHERE machine_id = ? AND timeline = ? ORDER BY seq';
const PRUNE = 'DELETE FROM timeline WHERE machine_id = ? AND timeline <= ?';
const TOTAL = `SELECT coalesce(sum(${BYTES}), 0) AS bytes FROM timeline`;
const OLD = `SELECT coalesce(sum(${BYTES}), 0) AS bytes FROM timeline WHERE machine_id = ? AND timeline <= ?`;
const FORMER = `SELECT t.seq, ${BYTES} AS bytes FROM timeline t JOIN machines m ON m.id = t.machine_id
  WHERE t.timeline < m.timeline ORDER BY t.seq LIMIT ${PRUNED_AT_ONCE}`;
const SUM_FORMER = `SELECT coalesce(sum(bytes), 0) AS bytes FROM (${FORMER})`;
const PRUNE_FORMER = `DELETE FROM timeline WHERE seq IN (SELECT seq FROM (${FORMER}))`;
/** A search for former timelines that found none is not repeated before this time. */
const SEARCH_AGAIN_MS = 60_000;

type Held = Record<Share, Holding>;

/** Timelines in the server's database, numbered per machine from 1. `maxTotalBytes` bounds them all, for tests. */
export function createTimelines(database: StateDatabase, now: () => number, maxTotalBytes = MAX_TOTAL_BYTES) {
  const held = new Map<string, Held>();
  let totalBytes = 0;
  let leftOut = 0;
  let searchAgainAtMs = 0;
  database.onReadable(() => {
    held.clear();
    totalBytes = Number(database.get(TOTAL)?.['bytes']);
  });

  function heldBy(machineId: string, timeline: number): Held {
    const id = `${machineId} ${timeline}`;
    const known = held.get(id) ?? readHeld(machineId, timeline);
    held.delete(id);
    held.set(id, known);
    const oldest = held.keys().next().value;
    if (held.size > MAX_REMEMBERED && oldest !== undefined) held.delete(oldest);
    return known;
  }

  function readHeld(machineId: string, timeline: number): Held {
    const empty = { lines: 0, bytes: 0 };
    const sums: Held = { dhcp: empty, anonymous: empty, machine: empty };
    for (const row of database.all(HELD, machineId, timeline)) {
      const share = shareOf(String(row['source']) as TimelineNote['source']);
      const { lines, bytes } = sums[share];
      sums[share] = { lines: lines + Number(row['n']), bytes: bytes + Number(row['bytes']) };
    }
    return sums;
  }

  /**
   * Makes room for all; false when nothing but the current timelines of machines is left. What strangers can cause does
   * not take the last fifth.
   */
  function fitsTotal(share: Share, bytes: number): boolean {
    const most = share === 'machine' ? maxTotalBytes : maxTotalBytes * STRANGERS_SHARE;
    if (totalBytes + bytes <= most) return true;
    if (now() < searchAgainAtMs) return false;
    const former = Number(database.get(SUM_FORMER)?.['bytes']);
    if (former === 0) searchAgainAtMs = now() + SEARCH_AGAIN_MS;
    else database.run(PRUNE_FORMER);
    totalBytes -= former;
    return totalBytes + bytes <= most;
  }

  /** Writes the change when the share and all timelines together have room for what it adds. */
  function write(
    change: { machineId: string; timeline: number; share: Share; lines: 0 | 1; bytes: number },
    sql: () => void,
  ) {
    const sums = heldBy(change.machineId, change.timeline);
    const { lines, bytes } = sums[change.share];
    const grows = change.bytes > 0;
    if (grows && (!hasRoom(change.share, sums[change.share], change.bytes) || !fitsTotal(change.share, change.bytes)))
      return false;
    sql();
    sums[change.share] = { lines: lines + change.lines, bytes: bytes + change.bytes };
    totalBytes += change.bytes;
    return true;
  }

  return {
    /** Adds a line, or counts it when there is no room for it. @throws StateError */
    note(machineId: string, timeline: number, note: TimelineNote): void {
      const short = cutNote(note);
      const share = shareOf(short.source);
      const of = { machineId, timeline, share };
      const last = database.get(LATEST, machineId, timeline);
      if (last?.['key'] === short.key) {
        const seq = Number(last['seq']);
        const bytes = noteBytes(short) - Number(last['bytes']);
        const isNew = write({ ...of, lines: 0, bytes }, () => database.run(REPEAT, now(), short.text, seq));
        if (!isNew) database.run(COUNT, now(), seq);
        return;
      }
      const { source, key, text } = short;
      const isWritten = write({ ...of, lines: 1, bytes: noteBytes(short) }, () =>
        database.run(INSERT, machineId, timeline, now(), now(), source, key, text),
      );
      if (!isWritten) leftOut += 1;
    },

    /** Lines since the start that found their timeline, or all of them, full. */
    leftOut: (): number => leftOut,

    /** @throws StateError */
    entries(machineId: string, timeline: number): TimelineEntry[] {
      return database.all(SELECT, machineId, timeline).map((row) => ({
        source: String(row['source']) as TimelineNote['source'],
        key: String(row['key']),
        text: String(row['text']),
        atMs: Number(row['at']),
        lastAtMs: Number(row['last_at']),
        count: Number(row['count']),
      }));
    },

    isEmpty: (machineId: string, timeline: number): boolean => database.get(LATEST, machineId, timeline) === undefined,

    /** Drops the oldest timelines when a new one begins. @throws StateError */
    prune(machineId: string, newest: number): void {
      const bytes = Number(database.get(OLD, machineId, newest - TIMELINES_KEPT)?.['bytes']);
      if (bytes === 0) return;
      database.run(PRUNE, machineId, newest - TIMELINES_KEPT);
      totalBytes -= bytes;
    },
  };
}
