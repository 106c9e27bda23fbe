// For tests: the answer to a question whose programs have printed what is given. Only tests import it.
import type { CommandResult } from '../lib/run-command.ts';
import type { PackageQuestion } from './package-system.ts';

/** A recorded result is standard output, and then the exit code is 0, or all of it. */
export function answer<T>(
  question: PackageQuestion<T>,
  recorded: readonly (string | Partial<CommandResult>)[],
  texts: readonly (string | undefined)[] = [],
): T {
  const results = recorded.map((one) => ({
    exitCode: 0,
    stdout: '',
    stderr: '',
    ...(typeof one === 'string' ? { stdout: one } : one),
  }));
  return question.parse(results, texts);
}
