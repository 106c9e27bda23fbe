import type { Readable } from 'node:stream';
import { execa } from 'execa';
import { UserError } from './errors.ts';

/** A program and its arguments; never a shell string. */
export type Argv = readonly [string, ...string[]];

export type CommandOptions = {
  readonly stdin?: string | Uint8Array;
  readonly cwd?: string;
  /** Added to the environment, which otherwise is the caller's with LC_ALL=C. */
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
  /** How standard output becomes text: `latin1` gives one character for each byte, whatever it is. */
  readonly stdoutEncoding?: 'utf8' | 'latin1';
  /** Exit codes that are not failures; only 0 unless given. */
  readonly okExitCodes?: readonly number[];
  readonly signal?: AbortSignal;
  /** Called with each line of standard output and standard error as it arrives. */
  readonly onLine?: (line: string) => void;
};

export type CommandResult = {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
};

/** Runs one program. Modules that act take one as an argument, so that tests can pass a fake. */
export type RunCommand = (argv: Argv, options?: CommandOptions) => Promise<CommandResult>;

/** A program that could not be started, timed out, or ended with an exit code that was not expected. */
export class CommandError extends UserError {
  override readonly name = 'CommandError';
  readonly argv: Argv;
  readonly result: CommandResult | undefined;
  /** The signal that has ended it, such as SIGKILL. */
  readonly signal: string | undefined;

  constructor(
    argv: Argv,
    what: string,
    result: CommandResult | undefined,
    reason: { cause?: unknown; signal?: string | undefined } = {},
  ) {
    const said = result === undefined ? '' : lastLines(result.stderr || result.stdout, 8);
    super(`${argv.join(' ')}: ${what}${said === '' ? '' : `\n${said}`}`, { cause: reason.cause });
    this.argv = argv;
    this.result = result;
    this.signal = reason.signal;
  }
}

/** So long are last words waited for when the time is over. */
const DRAIN_MS = 300;

/**
 * Runs a program with execa and waits for its end.
 * @throws CommandError when it cannot be started, runs into `timeoutMs`, or its exit code is not in `okExitCodes`;
 * the reason of `signal` when that has ended it.
 */
export const runCommand: RunCommand = async (argv, options = {}) => {
  const [file, ...args] = argv;
  const child = execa(file, args, {
    env: { LC_ALL: 'C', ...options.env },
    reject: false,
    all: options.onLine !== undefined,
    ...(options.stdoutEncoding === undefined ? {} : { encoding: options.stdoutEncoding }),
    stripFinalNewline: false,
    ...(options.stdin === undefined ? { stdin: 'ignore' as const } : { input: options.stdin }),
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.timeoutMs === undefined ? {} : { timeout: options.timeoutMs }),
    ...(options.signal === undefined ? {} : { cancelSignal: options.signal }),
  });
  const { timeoutMs } = options;
  // A child that it has left behind may keep its output open for ever.
  const drained = timeoutMs === undefined ? undefined : setTimeout(() => closeOutput(child), timeoutMs + DRAIN_MS);
  if (options.onLine !== undefined) {
    for await (const line of child.iterable({ from: 'all' })) options.onLine(line as string);
  }
  const ended = await child;
  clearTimeout(drained);
  if (ended.isCanceled) options.signal?.throwIfAborted();
  const result = { exitCode: ended.exitCode ?? -1, stdout: ended.stdout, stderr: ended.stderr };
  if (ended.timedOut)
    throw new CommandError(argv, `no end after ${options.timeoutMs} ms`, result, { signal: ended.signal });
  const { signal } = ended;
  if (signal !== undefined) throw new CommandError(argv, `was ended by ${signal}`, result, { signal });
  if (ended.exitCode === undefined) {
    throw new CommandError(argv, 'could not be started', undefined, { cause: ended.cause });
  }
  if (!(options.okExitCodes ?? [0]).includes(ended.exitCode)) {
    throw new CommandError(argv, `exit code ${ended.exitCode}`, result);
  }
  return result;
};

function closeOutput(child: { readonly stdout: Readable | null; readonly stderr: Readable | null }): void {
  child.stdout?.destroy();
  child.stderr?.destroy();
}

function lastLines(text: string, count: number): string {
  return text.trimEnd().split('\n').slice(-count).join('\n');
}
