// What happened to one machine, in order: from the first DHCP packet of a boot to the report from its own disk.
import type { DatabaseSync } from 'node:sqlite';

/** One line; `key` is the same for repetitions, which raise `count` and take the newest text. */
export type TimelineNote = {
  readonly source: 'dhcp' | 'tftp' | 'http' | 'installer' | 'server' | 'system';
  readonly key: string;
  readonly text: string;
};

export type TimelineEntry = TimelineNote & { readonly atMs: number; readonly lastAtMs: number; readonly count: number };

/** Timelines of a machine that are kept, and lines in one; both bound what a network can make us write. */
const TIMELINES_KEPT = 20;
const MAX_ENTRIES = 2000;

/** Timelines in the server's database, numbered per machine from 1. */
export function createTimelines(database: DatabaseSync, now: () => number) {
  const latest = database.prepare(
    'SELECT seq, key FROM timeline WHERE machine_id = ? AND timeline = ? ORDER BY seq DESC LIMIT 1',
  );
  const count = database.prepare('SELECT count(*) AS n FROM timeline WHERE machine_id = ? AND timeline = ?');
  const repeat = database.prepare('UPDATE timeline SET last_at = ?, count = count + 1, text = ? WHERE seq = ?');
  const insert = database.prepare(
    `INSERT INTO timeline (machine_id, timeline, at, last_at, count, source, key, text) VALUES (?, ?, ?, ?, 1, ?, ?, ?)`,
  );
  const select = database.prepare('SELECT * FROM timeline WHERE machine_id = ? AND timeline = ? ORDER BY seq');
  const prune = database.prepare('DELETE FROM timeline WHERE machine_id = ? AND timeline <= ?');

  return {
    note(machineId: string, timeline: number, note: TimelineNote): void {
      const at = now();
      const last = latest.get(machineId, timeline);
      if (last?.['key'] === note.key) {
        repeat.run(at, note.text, Number(last['seq']));
      } else if (Number(count.get(machineId, timeline)?.['n']) < MAX_ENTRIES) {
        insert.run(machineId, timeline, at, at, note.source, note.key, note.text);
      }
    },

    entries(machineId: string, timeline: number): TimelineEntry[] {
      return select.all(machineId, timeline).map((row) => ({
        source: String(row['source']) as TimelineNote['source'],
        key: String(row['key']),
        text: String(row['text']),
        atMs: Number(row['at']),
        lastAtMs: Number(row['last_at']),
        count: Number(row['count']),
      }));
    },

    /** Drops the oldest timelines when a new one begins. */
    prune(machineId: string, newest: number): void {
      prune.run(machineId, newest - TIMELINES_KEPT);
    },
  };
}
