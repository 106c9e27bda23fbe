// Carries out commands after a change. In: planned commands, the root that they are for. Out: how each ended.
// Never: decides; a shell; stops at one that failed.
import { realpathSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { runInGroup } from '../../lib/run-in-group.ts';
import type { GroupResult, RunInGroup } from '../../lib/run-in-group.ts';
import type { Argv } from '../../lib/run-command.ts';
import type { PlannedCommand } from '../package/after-command.ts';

/** A command as reports carry it. `planned` is one of a dry run. */
export type CommandRun = {
  readonly argv: Argv;
  readonly why: string;
  readonly outcome: 'done' | 'failed' | 'timed-out' | 'not-started' | 'planned';
  /** In words: `exit code 3`, `no end after 60 s`. */
  readonly ending: string;
  readonly seconds: number;
  /** The last 8 KiB of what it printed. */
  readonly output: string;
};

type RunAfterOptions = {
  readonly commands: readonly PlannedCommand[];
  /** `/`, or the directory that becomes it. */
  readonly root: string;
  /** The list of changed paths lies beside it. */
  readonly stateFile: string;
  /** Absolute, as the commands see it: where the changed paths lie. `/` unless given. */
  readonly changedBelow?: string;
  /** Told of each as it ends, before the next begins. */
  readonly onEnd?: (command: PlannedCommand, run: CommandRun) => Promise<void> | void;
  readonly runInGroup?: RunInGroup;
};

const OUTPUT_BYTES = 8192;
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Runs each command, one after the other. */
export async function runAfter(options: RunAfterOptions): Promise<CommandRun[]> {
  const runs: CommandRun[] = [];
  if (options.commands.length === 0) return runs;
  const below = (options.changedBelow ?? '').replace(/\/+$/, '');
  const list = `${realpathSync(dirname(options.stateFile))}/after-changed`;
  try {
    for (const command of options.commands) {
      await rm(list, { force: true });
      const text = command.paths.map((path) => `${below}/${path}\0`).join('');
      await writeFile(list, text, { mode: 0o600, flag: 'wx' });
      const run = await runOne(command, list, options);
      runs.push(run);
      await options.onEnd?.(command, run);
    }
  } finally {
    await rm(list, { force: true });
  }
  return runs;
}

/** What a command that did not do its work adds to the errors of a report. */
export function describeFailures(runs: readonly CommandRun[]): string[] {
  return runs
    .filter(({ outcome }) => outcome !== 'done' && outcome !== 'planned')
    .map(({ argv, why, ending, output }) => {
      const last = output.trimEnd().split('\n').at(-1) ?? '';
      const said = last === '' ? '' : `: ${last.slice(0, 500)}`;
      return `${argv.join(' ').slice(0, 500)}: ${ending}${said} (run because ${why})`;
    });
}

async function runOne(command: PlannedCommand, list: string, options: RunAfterOptions): Promise<CommandRun> {
  const { argv, why, timeoutSeconds } = command;
  const started = performance.now();
  const root = realpathSync(options.root);
  const result = await (options.runInGroup ?? runInGroup)(root === '/' ? argv : ['chroot', root, ...argv], {
    cwd: '/',
    env: { PATH, LC_ALL: 'C', HOME: '/root', ...changedVariable(root, list) },
    timeoutMs: timeoutSeconds * 1000,
    tailBytes: OUTPUT_BYTES,
  });
  const seconds = Math.round(performance.now() - started) / 1000;
  return { argv, why, ...judge(result, timeoutSeconds), seconds, output: result.output };
}

// A state database that lies outside of the root has no list that a command in it could read.
function changedVariable(root: string, list: string): Record<string, string> {
  if (root === '/') return { GUTINTEG_CHANGED: list };
  return list.startsWith(`${root}/`) ? { GUTINTEG_CHANGED: list.slice(root.length) } : {};
}

function judge(result: GroupResult, timeoutSeconds: number): Pick<CommandRun, 'outcome' | 'ending'> {
  if (result.startError !== undefined) return { outcome: 'not-started', ending: `not started: ${result.startError}` };
  if (result.timedOut) return { outcome: 'timed-out', ending: `no end after ${timeoutSeconds} s` };
  if (result.signal !== undefined) return { outcome: 'failed', ending: `ended by ${result.signal}` };
  return { outcome: result.exitCode === 0 ? 'done' : 'failed', ending: `exit code ${result.exitCode}` };
}
