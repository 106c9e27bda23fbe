// The report of a run, to the server or onto the disk. In: a report. Out: the report as it was sent or kept.
import type { Report } from '../../contract/report.ts';
import { isServerAway } from '../description/find-description.ts';
import { readAwaySince, saveAwaySince } from '../description/last-known.ts';
import { deliverMediumEvents } from './medium-events.ts';
import { deliverReports, queueReport } from './report-queue.ts';
import type { PartialContext } from './run-context.ts';

/** Sends what waits and this report; where the server is away, it waits too, and says since when. */
export async function deliverReport({ root, state, client, now }: PartialContext, report: Report): Promise<Report> {
  const queue = async (): Promise<Report> => {
    const sinceMs = report.serverAway?.sinceMs ?? (await readAwaySince(root)) ?? report.startedAtMs ?? now();
    const late = { ...report, serverAway: { sinceMs } };
    await queueReport(root, late);
    await saveAwaySince(root, sinceMs);
    return late;
  };
  if (report.serverAway !== undefined) return queue();
  try {
    const untold = await deliverMediumEvents(root, async (events) => client.sendEvents(state.machineId, events));
    const waiting = await deliverReports(root, async (each) => client.sendReport(state.machineId, each));
    const whole = { ...report, notices: [...untold, ...waiting, ...report.notices].slice(0, 100) };
    await client.sendReport(state.machineId, whole);
    await saveAwaySince(root, undefined);
    return whole;
  } catch (error) {
    if (!isServerAway(error)) throw error;
    return queue();
  }
}
