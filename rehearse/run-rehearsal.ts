import { setImmediate as turn } from 'node:timers/promises';
import { UserError } from '../lib/errors.ts';
import { attachConsole } from './attach-console.ts';
import { rehearse } from './rehearse.ts';
import type { RehearsalOptions } from './rehearse.ts';
import { formatVerdict } from './verdict.ts';

export type RehearsalCommand = Omit<RehearsalOptions, 'signal' | 'onLine' | 'keep'> & {
  readonly json: boolean;
  readonly keep: boolean;
};

/** A rehearsal as a command: interruptible, verdict on standard output, exit code 1 when it is not as described. */
export async function runRehearsal(command: RehearsalCommand): Promise<void> {
  const { json, keep, ...options } = command;
  if (process.getuid?.() !== 0)
    throw new UserError('rehearsals need root: they make network namespaces', { hint: 'sudo' });
  const interrupted = new AbortController();
  const interrupt = (name: string): void =>
    interrupted.abort(new UserError(`interrupted by ${name}; everything was cleaned up`));
  // Not `once`: execa ends this process by the signal when nobody else listens while one of its programs runs.
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, interrupt);
  const out = json ? process.stderr : process.stdout;
  const verdict = await rehearse({
    ...options,
    signal: interrupted.signal,
    onLine: (line) => void out.write(`${line}\n`),
    ...(keep ? { keep: (session) => attachConsole(session, interrupted.signal) } : {}),
  }).catch(async (error: unknown) => {
    // A terminal interrupts a short command of the run (ip, a copy) with it, and its end may be heard of first.
    await turn();
    interrupted.signal.throwIfAborted();
    throw error;
  });
  process.stdout.write(json ? `${JSON.stringify(verdict, null, 2)}\n` : formatVerdict(verdict));
  if (!verdict.ok) process.exitCode = 1;
}
