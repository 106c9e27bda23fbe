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
  if (options.onLine !== undefined) {
    for await (const line of child.iterable({ from: 'all' })) options.onLine(line as string);
  }
  const ended = await child;
  if (ended.isCanceled) options.signal?.throwIfAborted();
  return judgeEnd(argv, options, ended);
};

/** How a program ended, whoever has run it. */
export type EndedCommand = {
  readonly exitCode?: number | undefined;
  readonly signal?: string | undefined;
  readonly timedOut: boolean;
  /** Why it could not be started: then it has neither an exit code nor a signal. */
  readonly cause?: unknown;
  readonly stdout: string;
  readonly stderr: string;
};

/** What a program has answered. @throws CommandError when it has not ended as `options` allow */
export function judgeEnd(
  argv: Argv,
  { timeoutMs, okExitCodes = [0] }: Pick<CommandOptions, 'timeoutMs' | 'okExitCodes'>,
  { exitCode, signal, timedOut, cause, stdout, stderr }: EndedCommand,
): CommandResult {
  const result = { exitCode: exitCode ?? -1, stdout, stderr };
  if (timedOut) throw new CommandError(argv, `no end after ${timeoutMs} ms`, result, { signal });
  if (signal !== undefined) throw new CommandError(argv, `was ended by ${signal}`, result, { signal });
  if (exitCode === undefined) throw new CommandError(argv, 'could not be started', undefined, { cause });
  if (!okExitCodes.includes(exitCode)) throw new CommandError(argv, `exit code ${exitCode}`, result);
  return result;
}

function lastLines(text: string, count: number): string {
  return text.trimEnd().split('\n').slice(-count).join('\n');
}
