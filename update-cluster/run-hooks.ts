// Runs hooks one after the other. In: hooks, the path of cluster.xml. Out: how each ended. Never: stops because one failed,
// waits longer than the time limit, reads what a hook writes.
import { runInGroup } from '../lib/run-in-group.ts';
import type { RunInGroup } from '../lib/run-in-group.ts';
import type { Hook } from './plan-hooks.ts';

export type HookResult = {
  readonly name: string;
  readonly path: string;
  readonly overrides: string | null;
  readonly status: 'ok' | 'failed' | 'skipped' | 'planned';
  /** Null if it did not end by itself. */
  readonly exitCode: number | null;
  /** How it ended, or why it did not run: `exit code 3`, `ended by SIGKILL`, `no end after 300 s`. */
  readonly ending: string;
  readonly seconds: number;
  /** The end of what it wrote to standard output and standard error, at most 64 KiB. */
  readonly output: string;
};

export type HookRun = {
  /** Absolute path of cluster.xml. */
  readonly file: string;
  readonly timeoutSeconds: number;
  /** The directory of our programs, which hooks call. */
  readonly programs: string;
  readonly run?: RunInGroup;
};

const TAIL_BYTES = 65_536;
const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Runs one hook, with an environment of its own and `/` as its directory. */
export async function runHook(
  hook: Hook,
  { file, timeoutSeconds, programs, run = runInGroup }: HookRun,
): Promise<HookResult> {
  const { skipped, path } = hook;
  if (skipped !== undefined) return { ...describeHook(hook), status: 'skipped', ending: skipped };
  const started = performance.now();
  const result = await run([path], {
    cwd: '/',
    timeoutMs: timeoutSeconds * 1000,
    tailBytes: TAIL_BYTES,
    env: {
      // Ours come last, as the directory has other programs, too.
      PATH: `${SYSTEM_PATH}:${programs}`,
      HOME: process.env['HOME'] ?? '/',
      LANG: process.env['LANG'] ?? 'C.UTF-8',
      CLUSTERXML: file,
    },
  });
  const { exitCode, signal, startError, timedOut, output } = result;
  const seconds = Math.round(performance.now() - started) / 1000;
  const own = exitCode === undefined ? `was ended by ${signal ?? 'a signal'}` : `exit code ${exitCode}`;
  const ended = startError === undefined ? own : `could not be started: ${whyNot(startError)}`;
  const ending = timedOut ? `no end after ${timeoutSeconds} s` : ended;
  const isOk = exitCode === 0 && !timedOut;
  return { ...describeHook(hook), status: isOk ? 'ok' : 'failed', exitCode: exitCode ?? null, ending, seconds, output };
}

/** The hook was there a moment ago: of a script, it is the interpreter that is missing. */
function whyNot(startError: string): string {
  return startError === 'ENOENT'
    ? 'the program in its first line (#!) does not exist, or the line ends with CR'
    : startError;
}

/** What `--dry-run` says of a hook. */
export function describeHook({ radix, path, overrides, skipped }: Hook): HookResult {
  const common = { name: radix, path, overrides: overrides ?? null, exitCode: null, seconds: 0, output: '' };
  if (skipped !== undefined) return { ...common, status: 'skipped', ending: skipped };
  return { ...common, status: 'planned', ending: 'would run' };
}
