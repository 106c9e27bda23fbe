// Reports that wait for the server. In: reports. Out: files below /var/lib/gutinteg/reports, and their delivery in
// order. Never: more than MOST_REPORTS; keeps what the server refuses.
import { mkdir, readFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { RefusedError } from '../../contract/client.ts';
import { reportSchema } from '../../contract/report.ts';
import type { Report } from '../../contract/report.ts';
import { describeError, UserError } from '../../lib/errors.ts';
import { parseJsonEdge } from '../../lib/parse-edge.ts';
import { writeFileAtomically } from '../../lib/write-file-atomically.ts';
import { REPORTS_DIR } from '../machine/machine-state.ts';

/** The oldest make room: a month of nights, and as many runs by hand. */
const MOST_REPORTS = 60;

/** Keeps a report for the next run that reaches the server; the oldest go when there are too many. */
export async function queueReport(root: string, report: Report): Promise<void> {
  const dir = join(root, REPORTS_DIR);
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const queued = await listQueued(dir);
  for (const name of queued.slice(0, Math.max(0, queued.length + 1 - MOST_REPORTS))) await rm(join(dir, name));
  // Names sort by time; two runs never begin in one millisecond, as they take turns.
  const name = String(report.startedAtMs ?? Date.now()).padStart(16, '0');
  await writeFileAtomically(join(dir, `${name}.json`), JSON.stringify(report), 0o600);
}

/**
 * Sends what waits, oldest first. What cannot be read, or what the server refuses, is dropped with a notice.
 * @throws ServerAwayError; what was not sent then stays
 */
export async function deliverReports(root: string, send: (report: Report) => Promise<void>): Promise<string[]> {
  const dir = join(root, REPORTS_DIR);
  const notices: string[] = [];
  for (const name of await listQueued(dir)) {
    const path = join(dir, name);
    try {
      await send(parseJsonEdge(reportSchema, await readFile(path, 'utf8'), path));
    } catch (error) {
      const isUseless = error instanceof RefusedError || (error instanceof UserError && error.exitCode === 2);
      if (!isUseless) throw error;
      notices.push(`a report that waited was given up: ${describeError(error)}`.slice(0, 2000));
    }
    await rm(path);
  }
  return notices;
}

async function listQueued(dir: string): Promise<string[]> {
  const names = await readdir(dir).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return names.filter((name) => /^\d{16}\.json$/.test(name)).sort();
}
