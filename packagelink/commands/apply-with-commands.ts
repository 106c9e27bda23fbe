// A partial run and the commands after it. In: what applyPartial takes, the packages' commands, the place of the run.
// Out: the same result, and how each command ended. Never: loses a command to a crash between files and commands.
import type { CommandSource, RunPlace } from '../package/after-command.ts';
import { readJournal, writeJournal } from '../state/after-journal.ts';
import type { AfterJournal } from '../state/after-journal.ts';
import { applyPartial } from '../partial/apply-partial.ts';
import type { PartialResult } from '../partial/apply-partial.ts';
import type { ApplyPartialOptions } from '../partial/partial-options.ts';
import { asPending, planAfter, planPending } from './plan-after.ts';
import type { AfterInput } from './plan-after.ts';
import type { PlannedCommand } from '../package/after-command.ts';
import type { Change } from '../partial/partial-plan.ts';
import { describeFailures, runAfter } from './run-after.ts';
import type { CommandRun } from './run-after.ts';
import type { RunInGroup } from '../../lib/run-in-group.ts';

type WithCommandsOptions = ApplyPartialOptions & {
  /** Of every package of the machine, also of those without commands. */
  readonly sources: readonly CommandSource[];
  readonly place: RunPlace;
  /** Packages that this run takes away: they are asked once more. */
  readonly leaving?: readonly CommandSource[];
  /** Of what the commands see; `/` on a running system, else the target, unless given. */
  readonly commandRoot?: string;
  /** Where they see the target, if it is not their root. */
  readonly changedBelow?: string;
  readonly runInGroup?: RunInGroup;
};

export type WithCommandsResult = PartialResult & {
  readonly commands: readonly CommandRun[];
  /** Every path is right; only commands may have failed. */
  readonly isWhole: boolean;
};

/**
 * Before the first file changes, the journal has the commands that the change will ask for; each leaves it when it has
 * done its work. What failed is owed by the next run. Failures are in `errors`, too.
 * @throws UserError as applyPartial does; commands are then still owed
 */
export async function applyWithCommands(options: WithCommandsOptions): Promise<WithCommandsResult> {
  const { sources, place, stateFile, dryRun = false, leaving = [] } = options;
  const { journal, errors } = readJournal(stateFile);
  const isHere = new Set([...sources, ...leaving].map((source) => source.package));
  const removed = [...journal.known.filter((known) => !isHere.has(known.package)), ...leaving];
  const inputFor = (changes: readonly Change[]): AfterInput => {
    return { sources, removed, pending: journal.pending, place, changes };
  };
  const beforeChanges = async (changes: readonly Change[]): Promise<void> => {
    const input = inputFor(changes);
    const { commands } = planAfter(input);
    const pending = [...commands.map(asPending), ...planPending(input, [])];
    if (commands.length > 0) await writeJournal(stateFile, { known: journal.known, pending });
  };
  const files = await applyPartial({ ...options, beforeChanges });
  const input = inputFor(files.changes);
  const { commands, elsewhere } = planAfter(input);
  const notices = [
    ...files.notices,
    ...elsewhere.map((argv) => `${argv.join(' ').slice(0, 500)} does not run here (${place})`),
  ];
  const isWhole = files.errors.length === 0;
  if (dryRun)
    return { ...files, notices, errors: [...files.errors, ...errors], commands: commands.map(asPlanned), isWhole };
  const runs = await runAndSettle({ options, input, commands, journal, removed: isWhole ? [] : removed });
  return {
    ...files,
    notices,
    errors: [...files.errors, ...errors, ...describeFailures(runs)],
    commands: runs,
    isWhole,
  };
}

type Settling = {
  readonly options: WithCommandsOptions;
  readonly input: AfterInput;
  readonly commands: readonly PlannedCommand[];
  readonly journal: AfterJournal;
  /** Packages that are gone but may still have paths on the machine. */
  readonly removed: readonly CommandSource[];
};

async function runAndSettle({ options, input, commands, journal, removed }: Settling): Promise<CommandRun[]> {
  const { stateFile } = options;
  const failed: PlannedCommand[] = [];
  const left = new Set(commands);
  const runs = await runAfter({
    commands,
    root: options.commandRoot ?? (options.place === 'system' ? '/' : options.target),
    stateFile,
    ...(options.changedBelow === undefined ? {} : { changedBelow: options.changedBelow }),
    onEnd: async (command, run) => {
      left.delete(command);
      if (run.outcome !== 'done') failed.push(command);
      // The last one's end is written below, with the rest.
      if (left.size === 0) return;
      const pending = [...planPending(input, failed), ...[...left].map(asPending)];
      await writeJournal(stateFile, { known: journal.known, pending });
    },
    ...(options.runInGroup === undefined ? {} : { runInGroup: options.runInGroup }),
  });
  const known = [...input.sources, ...removed]
    .filter((source) => source.commands.length > 0)
    .toSorted((left, right) => (left.package < right.package ? -1 : 1));
  const settled: AfterJournal = { known, pending: planPending(input, failed) };
  if (commands.length > 0 || !isSame(settled, journal)) await writeJournal(stateFile, settled);
  return runs;
}

function isSame(left: AfterJournal, right: AfterJournal): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

function asPlanned({ argv, why }: PlannedCommand): CommandRun {
  return { argv, why, outcome: 'planned', ending: 'not run', seconds: 0, output: '' };
}
