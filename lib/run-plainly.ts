// Programs by node:child_process alone. In and out: as runCommand. Never: ends a program because this one ends.
// For the boot ramdisk, where nothing outlives the installer: it starts fifty programs, and each costs half the processor
// time that it does with execa (0.7 ms instead of 2.0; twenty times as much on an emulated processor).
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { judgeEnd } from './run-command.ts';
import type { Argv, CommandOptions, EndedCommand, RunCommand } from './run-command.ts';

/** Between SIGTERM and SIGKILL, when the time is over. */
const GRACE_MS = 5000;

/** @throws as runCommand does */
export const runPlainly: RunCommand = async (argv, options = {}) => {
  options.signal?.throwIfAborted();
  const ended = await waitForEnd(argv, options);
  options.signal?.throwIfAborted();
  return judgeEnd(argv, options, ended);
};

async function waitForEnd([file, ...args]: Argv, options: CommandOptions): Promise<EndedCommand> {
  const { stdin, cwd, signal, timeoutMs, stdoutEncoding = 'utf8', onLine } = options;
  const child = spawn(file, args, {
    env: { ...process.env, LC_ALL: 'C', ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(cwd === undefined ? {} : { cwd }),
  });
  const { promise: end, resolve } = Promise.withResolvers<Pick<EndedCommand, 'exitCode' | 'signal' | 'cause'>>();
  child.on('error', (cause) => resolve({ exitCode: undefined, signal: undefined, cause }));
  child.on('close', (code, name) => resolve({ exitCode: code ?? undefined, signal: name ?? undefined }));
  // One that does not read its input has its reasons.
  child.stdin.on('error', () => undefined).end(stdin);
  let timedOut = false;
  const stop = (): void => {
    child.kill('SIGTERM');
    force ??= setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
  };
  let force: NodeJS.Timeout | undefined;
  const overTime = () => {
    timedOut = true;
    stop();
  };
  const limit = timeoutMs === undefined ? undefined : setTimeout(overTime, timeoutMs);
  signal?.addEventListener('abort', stop, { once: true });
  const [stdout, stderr, how] = await Promise.all([collect(child.stdout, onLine), collect(child.stderr, onLine), end]);
  clearTimeout(limit);
  clearTimeout(force);
  signal?.removeEventListener('abort', stop);
  return { ...how, timedOut, stdout: stdout.toString(stdoutEncoding), stderr: stderr.toString() };
}

async function collect(stream: Readable, onLine: CommandOptions['onLine']): Promise<Buffer> {
  if (onLine !== undefined) createInterface({ input: stream }).on('line', onLine);
  return buffer(stream);
}
