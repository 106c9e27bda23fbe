// Runs a program of an order: marked, with its output in the order's log, and with a limit. In: a command. Out: how it ended, in words.
// Nothing of a program that has failed is alive afterwards. Never: gives it input to wait for, or an environment of somebody else's.
import { setTimeout as delay } from 'node:timers/promises';
import { runToFile } from '../../lib/run-to-file.ts';
import type { RunToFileResult } from '../../lib/run-to-file.ts';
import type { PackageCommand } from '../../package-systems/package-system.ts';
import { MARK, describeProcesses, endMarked, waitForMarked } from './marked-processes.ts';
import type { OrderLog } from './order-log.ts';

export type MarkedRun = {
  /** The order. */
  readonly name: string;
  readonly log: OrderLog;
  readonly limitMs: number;
};

const KEPT = ['http_proxy', 'https_proxy', 'ftp_proxy', 'no_proxy', 'TZ'] as const;

export function orderEnvironment(own: NodeJS.ProcessEnv): Record<string, string> {
  const kept = KEPT.flatMap((name) => (own[name] === undefined ? [] : [[name, own[name]] as const]));
  return {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: '/root',
    LC_ALL: 'C',
    ...Object.fromEntries(kept),
  };
}

/** Undefined: it ended well. Else why not, in words. */
export async function runMarked(
  command: PackageCommand,
  { name, log, limitMs }: MarkedRun,
): Promise<string | undefined> {
  const [program] = command.argv;
  log.say(command.argv.join(' '));
  const env = { ...orderEnvironment(process.env), ...command.env, [MARK]: name };
  const ended = runToFile(command.argv, { env, cwd: '/', output: log.file });
  const result = await withLimit(ended, limitMs, log);
  if (result === undefined) {
    const found = await endMarked(name);
    await ended;
    return say(
      log,
      `${program} took longer than ${Math.round(limitMs / 1000)} s and was ended: ${describeProcesses(found)}`,
    );
  }
  if (result.exitCode !== undefined && (command.okExitCodes ?? [0]).includes(result.exitCode)) return undefined;
  const how = describeEnding(result);
  // dpkg outlives apt, and a script outlives dpkg.
  const { ended: left } = await waitForMarked(name, {
    limitMs,
    onWait: (who) => log.say(`waits for ${describeProcesses(who)}`),
  });
  const still = left.length === 0 ? '' : `; ${describeProcesses(left)} had to be ended`;
  return say(log, `${program}: ${how}${still}`);
}

function say(log: OrderLog, line: string): string {
  log.say(line);
  return line;
}

function describeEnding({ exitCode, signal, startError }: RunToFileResult): string {
  if (startError !== undefined) return `could not be started: ${startError}`;
  return signal === undefined ? `exit code ${exitCode}` : `was ended by ${signal}`;
}

const LOOK_MS = 1000;

/** Undefined after the limit. Meanwhile the log is kept small. */
async function withLimit(
  ended: Promise<RunToFileResult>,
  limitMs: number,
  log: OrderLog,
): Promise<RunToFileResult | undefined> {
  const deadline = performance.now() + limitMs;
  while (performance.now() < deadline) {
    const timer = new AbortController();
    const ms = Math.min(LOOK_MS, deadline - performance.now());
    const pause = delay(ms, undefined, { signal: timer.signal }).catch(() => undefined);
    const result = await Promise.race([ended, pause]);
    timer.abort();
    if (result !== undefined) return result;
    log.keepSmall();
  }
  return undefined;
}
