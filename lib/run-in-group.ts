// Runs somebody else's program, which may hang, leave children behind, or print far too much.
// In: argv, limits. Out: how it ended and its last words. Never: waits longer than the limit and a short grace period.
import { execa } from 'execa';
import { setTimeout as delay } from 'node:timers/promises';
import { whenCode } from './when-missing.ts';
import type { Argv } from './run-command.ts';

export type GroupOptions = {
  /** The whole environment; nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly timeoutMs: number;
  /** Between SIGTERM and SIGKILL, when the time is over; 5 s unless given. */
  readonly graceMs?: number;
  /** How much of its output is kept: the last so many bytes. */
  readonly tailBytes: number;
};

/** Exactly one of `exitCode`, `signal` and `startError` is given, unless it was ended because of its time. */
export type GroupResult = {
  readonly exitCode?: number;
  readonly signal?: string;
  /** Why it could not be started: `ENOENT`. */
  readonly startError?: string;
  readonly timedOut: boolean;
  /** Standard output and standard error as they came, cut at the front. */
  readonly output: string;
};

export type RunInGroup = (argv: Argv, options: GroupOptions) => Promise<GroupResult>;

const GRACE_MS = 5000;
/** A daemon that keeps the pipes open is not waited for. */
const DRAIN_MS = 300;
const POLL_MS = 20;

/**
 * Runs a program in a process group of its own, with an empty standard input. When its time is over, all of the group
 * is ended. Whatever it leaves behind when it ends by itself goes on. Never throws for what the program does.
 */
export const runInGroup: RunInGroup = async ([file, ...args], options) => {
  // Before it begins: a signal that comes a moment later is heard when there is a group to end.
  const interruptions = forwardInterruptions(options.graceMs ?? GRACE_MS);
  const child = execa(file, args, {
    detached: true,
    stdin: 'ignore',
    buffer: false,
    reject: false,
    extendEnv: false,
    env: { ...options.env },
    cwd: options.cwd,
  });
  const tail = collectTail(options.tailBytes);
  for (const stream of [child.stdout, child.stderr]) stream.on('data', tail.add);
  const { pid } = child;
  if (pid === undefined) {
    interruptions.stop();
    return { startError: startErrorOf(await child), timedOut: false, output: '' };
  }
  const ended = new Promise<{ code: number | null; signal: string | null }>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  interruptions.to(pid);
  try {
    const timedOut = !(await isOverWithin(ended, options.timeoutMs));
    if (timedOut) await endGroup(pid, options.graceMs ?? GRACE_MS);
    const { code, signal } = await ended;
    await interruptions.ifAny();
    if (!(await isOverWithin(child, DRAIN_MS))) for (const stream of [child.stdout, child.stderr]) stream.destroy();
    const how = code === null ? { signal: signal ?? 'an unknown signal' } : { exitCode: code };
    return { ...how, timedOut, output: tail.text() };
  } finally {
    interruptions.stop();
  }
};

async function isOverWithin(work: Promise<unknown>, timeoutMs: number): Promise<boolean> {
  const timer = new AbortController();
  const limit = delay(timeoutMs, false, { signal: timer.signal }).catch(whenAborted);
  try {
    return await Promise.race([work.then(() => true), limit]);
  } finally {
    timer.abort();
  }
}

// The group, not the program: it may have gone while its children have not.
async function endGroup(pid: number, graceMs: number): Promise<void> {
  if (!signalGroup(pid, 'SIGTERM')) return;
  const deadline = performance.now() + graceMs;
  while (signalGroup(pid, 0) && performance.now() < deadline) await delay(POLL_MS);
  signalGroup(pid, 'SIGKILL');
}

function whenAborted(error: unknown): false {
  if (error instanceof Error && error.name === 'AbortError') return false;
  throw error;
}

function signalGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-pid, signal);
  } catch (error) {
    return whenCode(['ESRCH', 'EPERM'], false)(error);
  }
}

type Interruptions = {
  readonly to: (pid: number) => void;
  readonly stop: () => void;
  /** Waits for the end of an interruption: the caller must not go on while this process is about to end. */
  readonly ifAny: () => Promise<void>;
};

// A group of its own does not hear the terminal.
function forwardInterruptions(graceMs: number): Interruptions {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  let group: number | undefined;
  let interruption = Promise.resolve();
  const forward = (signal: NodeJS.Signals): void => {
    // A second Ctrl-C ends this process at once.
    stop();
    const end = group === undefined ? Promise.resolve() : endGroup(group, graceMs);
    interruption = end.then(() => void process.kill(process.pid, signal));
  };
  const stop = (): void => {
    for (const signal of signals) process.off(signal, forward);
  };
  for (const signal of signals) process.on(signal, forward);
  return { to: (pid) => (group = pid), stop, ifAny: () => interruption };
}

function collectTail(limitBytes: number): { add: (chunk: Uint8Array) => void; text: () => string } {
  let kept = Buffer.alloc(0);
  return {
    add: (chunk) => {
      kept = Buffer.concat([kept, chunk]);
      if (kept.length > limitBytes) kept = Buffer.from(kept.subarray(kept.length - limitBytes));
    },
    // A character that was cut in two must not become two that nobody wrote.
    text: () => new TextDecoder().decode(kept.subarray(firstWhole(kept))),
  };
}

function firstWhole(bytes: Uint8Array): number {
  let start = 0;
  while (start < Math.min(3, bytes.length) && ((bytes[start] ?? 0) & 0xc0) === 0x80) start += 1;
  return start;
}

function startErrorOf(result: { readonly cause?: unknown }): string {
  const { cause } = result;
  return cause instanceof Error ? ((cause as NodeJS.ErrnoException).code ?? cause.message) : 'unknown reason';
}
