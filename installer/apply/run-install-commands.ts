import { UserError } from '../../lib/errors.ts';
import type { PlannedCommand } from '../../packagelink/package/after-command.ts';
import { describeFailures, runAfter } from '../../packagelink/commands/run-after.ts';

/**
 * Runs what packages ask for in a new system, in a chroot of it. All of them run, so that one attempt tells everything
 * that is wrong.
 * @throws UserError with the output of each that failed: a system that is not finished must not boot as if it were
 */
export async function runInstallCommands(input: {
  readonly commands: readonly PlannedCommand[];
  readonly root: string;
  readonly stateFile: string;
  readonly message: (text: string) => void;
}): Promise<void> {
  const runs = await runAfter({
    ...input,
    onEnd: (_command, { argv, ending }) => input.message(`${argv.join(' ')}: ${ending}`),
  });
  const failures = runs.filter(({ outcome }) => outcome !== 'done');
  if (failures.length === 0) return;
  const said = failures.map(({ output }) => output.trimEnd()).filter((output) => output !== '');
  throw new UserError(['commands in the new system failed', ...describeFailures(failures), ...said].join('\n'), {
    hint: 'fix the package that asks for it; what runs `in: [install]` must work in a chroot of the new system',
  });
}
