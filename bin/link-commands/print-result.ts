// The result of a run, for a person or a program. In: changes, errors, notices. Out: text, an exit code. Never:
// decides.
import { countOf, printLines } from '../../machdb/views/printable.ts';
import type { WithCommandsResult } from '../../packagelink/commands/apply-with-commands.ts';

type Printing = { readonly json: boolean; readonly dryRun: boolean; readonly packages: readonly string[] };

/** Changes to standard output, the rest to standard error; exit code 1 after any error. */
export function printResult({ changes, commands, errors, notices }: WithCommandsResult, printing: Printing): void {
  const { json, dryRun, packages } = printing;
  if (json) {
    const result = { dryRun, packages, changes, commands, errors, notices };
    process.stdout.write(`${JSON.stringify(result, undefined, 2)}\n`);
  } else {
    const summary = `${countOf(changes.length, 'change')}${dryRun ? ', not made' : ''}; linked: ${packages.join(' ') || 'nothing'}`;
    const lines = changes.map(({ path, action, why }) => `${action} ${path}: ${why}`);
    const runs = commands.map(({ argv, why, ending }) => `command ${argv.join(' ')}: ${ending} (${why})`);
    process.stdout.write(printLines([...lines, ...runs, summary]));
    process.stderr.write(
      printLines([...notices.map((text) => `notice: ${text}`), ...errors.map((text) => `error: ${text}`)]),
    );
  }
  if (errors.length > 0) process.exitCode = 1;
}
