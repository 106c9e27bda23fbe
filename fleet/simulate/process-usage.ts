// What a process has used so far, as Linux counts it. In: its id. Out: seconds of the processor, bytes. @see proc(5)
import { readFile } from 'node:fs/promises';

export type ProcessUsage = { readonly cpuSeconds: number; readonly peakBytes: number };

/** Of all Linux systems that Node runs on. */
const TICKS_PER_SECOND = 100;

/** Without its children. @returns undefined where there is no /proc, or the process has ended */
export async function readUsage(pid: number): Promise<ProcessUsage | undefined> {
  const [stat, status] = await Promise.all([read(`/proc/${pid}/stat`), read(`/proc/${pid}/status`)]);
  if (stat === undefined || status === undefined) return undefined;
  // The name of the program, in parentheses, may have spaces in it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[11]) + Number(fields[12]);
  const peakKib = Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1]);
  return { cpuSeconds: ticks / TICKS_PER_SECOND, peakBytes: peakKib * 1024 };
}

const read = (path: string): Promise<string | undefined> => readFile(path, 'utf8').catch(() => undefined);
