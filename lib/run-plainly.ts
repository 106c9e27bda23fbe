// Programs by node:child_process alone. In and out: as runCommand. Never: ends a program because this one ends.
// For the boot ramdisk, where nothing outlives the installer: it starts fifty programs, and each costs half the processor
// time that it does with execa (0.7 ms instead of 2.0; twenty times as much on an emulated processor).
import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { judgeEnd } from './run-command.ts';
import type { Argv, CommandOptions, EndedCommand, RunCommand } from './run-command.ts';

/** Between SIGTERM and SIGKILL, when the time is over. */
const GRACE_MS = 5000;
/** One whose time is over may have left a child behind, which keeps its output open: so long are last words waited for. */
const DRAIN_MS = 300;

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
  const [stdout, stderr] = [collect(child.stdout, onLine), collect(child.stderr, onLine)];
  // One that does not read its input has its reasons.
  child.stdin.on('error', () => undefined).end(stdin);
  const { promise: end, resolve } = Promise.withResolvers<Pick<EndedCommand, 'exitCode' | 'signal' | 'cause'>>();
  child.on('error', (cause) => resolve({ cause }));
  child.on('close', (code, name) => resolve({ exitCode: code ?? undefined, signal: name ?? undefined }));
  let timedOut = false;
  const timers: NodeJS.Timeout[] = [];
  const stop = (): void => stopChild(child, timers);
  const overTime = (): void => {
    timedOut = true;
    stop();
  };
  if (timeoutMs !== undefined) timers.push(setTimeout(overTime, timeoutMs));
  signal?.addEventListener('abort', stop, { once: true });
  const how = await end;
  for (const timer of timers) clearTimeout(timer);
  signal?.removeEventListener('abort', stop);
  return {
    ...how,
    timedOut,
    stdout: Buffer.concat(stdout).toString(stdoutEncoding),
    stderr: Buffer.concat(stderr).toString(),
  };
}

function stopChild(child: ChildProcessByStdio<Writable, Readable, Readable>, timers: NodeJS.Timeout[]): void {
  const closeOutput = (): void => {
    timers.push(setTimeout(() => [child.stdout, child.stderr].forEach((stream) => stream.destroy()), DRAIN_MS));
  };
  if (child.exitCode !== null || child.signalCode !== null) {
    closeOutput();
    return;
  }
  child.once('exit', closeOutput);
  child.kill('SIGTERM');
  timers.push(setTimeout(() => child.kill('SIGKILL'), GRACE_MS));
}

/** What has come so far. */
function collect(stream: Readable, onLine: CommandOptions['onLine']): Buffer[] {
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  if (onLine !== undefined) createInterface({ input: stream }).on('line', onLine);
  return chunks;
}
