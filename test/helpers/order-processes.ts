// Processes of an order, to be ended by a test. In: the order's name. Out: numbers. Never: a process that is not of that order.
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { listMarked } from '../../fleet-agent/executor/marked-processes.ts';

const LIMIT_MS = 30_000;

/** Waits for a state. @throws Error after half a minute */
export async function waitUntil<T>(what: string, look: () => T | undefined | false): Promise<T> {
  const deadline = performance.now() + LIMIT_MS;
  while (performance.now() < deadline) {
    const found = look();
    if (found !== undefined && found !== false) return found;
    await delay(20);
  }
  throw new Error(`${what}: not within ${LIMIT_MS} ms`);
}

/** The number of a program of the order, once it runs: `apt-get`, `dpkg`, or the first 15 letters of a script. */
export async function pidOf(order: string, program: string): Promise<number> {
  return waitUntil(`${program} of ${order}`, () => listMarked(order).find(({ name }) => name === program)?.pid);
}

/** The executor, by one of its programs. */
export function parentOf(pid: number): number {
  const parent = /^PPid:\t(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  if (parent === undefined || parent === '1') throw new Error(`process ${pid} has no parent any more`);
  return Number(parent);
}
