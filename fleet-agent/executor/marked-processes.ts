// The processes of an order, whoever their parents are now. Each program of it is started with a mark in its environment, which apt,
// dpkg, rpm and maintainer scripts hand on. A process group does not do (dpkg makes a session of its own), a subreaper ends with
// its process, and a control group cannot be made in every container; where systemd is, the unit's group holds the rest.
// In: a mark. Out: who has it, and nobody at last. Never: signals a process without it.
import { readFileSync, readdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { whenCode, whenRefused } from '../../lib/when-missing.ts';

export const MARK = 'GUTINTEG_FLEET_ORDER';

export type MarkedProcess = { readonly pid: number; readonly name: string };

/** Those of the mark `NAME`, or of any order. Zombies have ended. */
export function listMarked(order?: string): MarkedProcess[] {
  const wanted = order === undefined ? `\0${MARK}=` : `\0${MARK}=${order}\0`;
  return readdirSync('/proc').flatMap((entry) => {
    if (!/^\d+$/.test(entry) || Number(entry) === process.pid) return [];
    const environment = readProc(entry, 'environ');
    return `\0${environment}`.includes(wanted) ? [{ pid: Number(entry), name: readProc(entry, 'comm').trim() }] : [];
  });
}

function readProc(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch (error) {
    return whenRefused('')(error);
  }
}

/** What GnuPG starts for dnf, which checks signatures of lists: it would stay for ever, and does nothing by itself. */
const STAYS: ReadonlySet<string> = new Set(['gpg-agent', 'keyboxd', 'dirmngr', 'scdaemon']);

const POLL_MS = 100;

export type Waited = {
  /** They were still there after the limit, and were ended. */
  readonly ended: readonly MarkedProcess[];
};

type WaitOptions = {
  readonly limitMs: number;
  /** Between SIGTERM and SIGKILL. */
  readonly graceMs?: number;
  /** Told once for each set of them. */
  readonly onWait?: (who: readonly MarkedProcess[]) => void;
};

/** Waits until no process has the mark. What is left after the limit is ended, first kindly. */
export async function waitForMarked(order: string, { limitMs, graceMs = 5000, onWait }: WaitOptions): Promise<Waited> {
  if (await areGone(order, limitMs, onWait)) return { ended: [] };
  return { ended: await endMarked(order, graceMs) };
}

/** @returns those that were there */
export async function endMarked(order: string, graceMs = 5000): Promise<readonly MarkedProcess[]> {
  const found = listMarked(order);
  signalAll(found, 'SIGTERM');
  if (await areGone(order, graceMs)) return found;
  // A script that is ended may have started another program meanwhile.
  while (!(await areGone(order, POLL_MS))) signalAll(listMarked(order), 'SIGKILL');
  return found;
}

async function areGone(order: string, limitMs: number, onWait?: WaitOptions['onWait']): Promise<boolean> {
  const deadline = performance.now() + limitMs;
  let told = '';
  for (;;) {
    const found = listMarked(order);
    if (found.every(({ name }) => STAYS.has(name))) {
      signalAll(found, 'SIGTERM');
      return true;
    }
    if (performance.now() >= deadline) return false;
    const who = found.map(({ pid }) => pid).join(' ');
    if (who !== told) onWait?.(found);
    told = who;
    await delay(POLL_MS);
  }
}

function signalAll(processes: readonly MarkedProcess[], signal: NodeJS.Signals): void {
  for (const { pid } of processes) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      whenCode(['ESRCH'], undefined)(error);
    }
  }
}

export const describeProcesses = (processes: readonly MarkedProcess[]): string =>
  processes
    .slice(0, 10)
    .map(({ pid, name }) => `${name} (process ${pid})`)
    .join(', ');
