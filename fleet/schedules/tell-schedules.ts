// What `status` says of schedules. In: a store, the time. Out: lines: what begins within a day, and what went wrong at the last time.
import { titleOfAction } from '../jobs/action-kinds.ts';
import type { Queries } from '../store/open-store.ts';
import { readSpec } from './make-scheduled-jobs.ts';
import { zonedText } from './wall-clock.ts';

const DAY_MS = 86_400_000;

export async function tellSchedules(queries: Queries, nowMs: number) {
  const rows = await queries.selectFrom('schedules').selectAll().orderBy('nextAt').orderBy('name').execute();
  const coming = rows.filter(({ pausedBy, nextAt }) => pausedBy === '' && nextAt !== null && nextAt <= nowMs + DAY_MS);
  const troubled = rows.filter(({ lastJob, lastText }) => lastJob === null && lastText !== '');
  return {
    coming: coming.map((row) => {
      const { action, hosts } = readSpec(row);
      const yes = row.approves === 1 ? 'begins by itself' : 'waits for a yes';
      const when = zonedText(row.nextAt ?? nowMs, row.zone);
      return `schedule ${row.name}: ${titleOfAction(action)} on ${hosts}, ${when}; it ${yes}`;
    }),
    warnings: troubled.map(({ name, lastText }) => `schedule ${name}: ${lastText}`),
  };
}
