// Schedules whose jobs begin on hosts only within a window. In: its name. Out: their names. Never: changes anything.
import { readSpec } from '../../schedules/make-scheduled-jobs.ts';
import type { Queries } from '../../store/open-store.ts';

export async function schedulesWithWindow(queries: Queries, window: string): Promise<string[]> {
  const rows = await queries.selectFrom('schedules').select(['name', 'specJson']).orderBy('name').execute();
  return rows.filter((row) => readSpec(row).rollout.window === window).map(({ name }) => name);
}
