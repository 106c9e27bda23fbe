// Runs a program whose output goes straight to a file: when its caller dies, it neither gets SIGPIPE nor hangs, but comes to its end.
// In: argv, an open file. Out: how it ended. Never: reads what it prints, or ends it.
import { spawn } from 'node:child_process';
import type { Argv } from './run-command.ts';

export type RunToFileOptions = {
  /** The whole environment; nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** A file descriptor, open for appending. */
  readonly output: number;
};

/** Exactly one is given. */
export type RunToFileResult = {
  readonly exitCode?: number;
  readonly signal?: string;
  /** Why it could not be started: `ENOENT`. */
  readonly startError?: string;
};

/** In a process group of its own, with an empty standard input. Never throws for what the program does. */
export function runToFile([file, ...args]: Argv, { env, cwd, output }: RunToFileOptions): Promise<RunToFileResult> {
  const child = spawn(file, args, { cwd, env: { ...env }, detached: true, stdio: ['ignore', output, output] });
  return new Promise((resolve) => {
    child.once('error', (error: NodeJS.ErrnoException) => resolve({ startError: error.code ?? error.message }));
    child.once('exit', (code, signal) =>
      resolve(code === null ? { signal: signal ?? 'a signal' } : { exitCode: code }),
    );
  });
}
