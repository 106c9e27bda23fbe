import { Option } from 'commander';
import type { Command } from 'commander';
import type { CheckResult } from '../../packagelink/link/check-target.ts';
import { addTargetOptions, asPackagePaths, collect } from './target-options.ts';
import type { TargetOptions } from './target-options.ts';

type CheckOptions = TargetOptions & {
  readonly fast?: true;
  readonly exclude: readonly string[];
  readonly foreign: 'list' | 'fail' | 'ignore';
};

/** `packagecheck --target DIR`. */
export function defineCheck(program: Command): Command {
  return addTargetOptions(program)
    .description('Compares a directory with the packages that are linked onto it; changes nothing.')
    .option('--fast', 'read only files that lstat does not show as they were laid down')
    .option('--exclude <glob>', 'paths where foreign files are not looked for; may be repeated', collect, [])
    .addOption(
      new Option('--foreign <how>', 'how to treat what no package put there')
        .choices(['list', 'fail', 'ignore'])
        .default('list'),
    )
    .showHelpAfterError('(packagecheck --help says how it is used)')
    .addHelpText('after', CHECK_HELP)
    .action(check);
}

async function check(options: CheckOptions): Promise<void> {
  const { UserError } = await import('../../lib/errors.ts');
  const { checkTarget } = await import('../../packagelink/link/check-target.ts');
  const { readLinks } = await import('../../packagelink/link/merge-onto-target.ts');
  const { openLinkedTarget, stateFinder } = await import('../../packagelink/link/linked-target.ts');
  const { fast = false, foreign, json = false, mount, exclude } = options;
  const target = openLinkedTarget(options.target, options.state);
  if (readLinks(target.stateFile).packages.length === 0)
    throw new UserError(`nothing is linked onto ${target.root} (state file ${target.stateFile})`, {
      exitCode: 2,
      hint: `packagelink --target ${target.root} TREE`,
    });
  const found = await checkTarget({
    target: target.root,
    stateFile: target.stateFile,
    fast,
    exclude,
    isOfState: stateFinder(target),
    mounts: asPackagePaths(mount),
  });
  const result = foreign === 'ignore' ? { ...found, foreign: [] } : found;
  if (json) process.stdout.write(`${JSON.stringify(result, undefined, 2)}\n`);
  else await print(result);
  const isWrong = result.wrong.length > 0 || (foreign === 'fail' && result.foreign.length > 0);
  if (isWrong) process.exitCode = 3;
  if (result.errors.length > 0) process.exitCode = 1;
}

async function print({ checked, wrong, foreign, errors, notices }: CheckResult): Promise<void> {
  const { countOf, printLines } = await import('../../machdb/views/printable.ts');
  process.stdout.write(
    printLines([
      ...wrong.map((one) => `${one.fault} ${one.path} (${one.package}): ${one.why}`),
      ...foreign.map((path) => `foreign ${path}`),
      `${countOf(checked, 'path')} checked: ${wrong.length} wrong, ${foreign.length} foreign`,
    ]),
  );
  process.stderr.write(
    printLines([...notices.map((text) => `notice: ${text}`), ...errors.map((text) => `error: ${text}`)]),
  );
}

const CHECK_HELP = `
Examples:
  packagecheck --target /usr/local
  packagecheck --target /usr/local --fast --foreign ignore
  packagecheck --target / --state /var/lib/link.db --exclude home --exclude '/var/**' --json

Each line is one path: content, metadata, type or missing, with its package; or foreign, when no package put it there.
A foreign directory is one line, with a slash at its end. Other file systems are not entered.

Exit codes: 0 all right (foreign paths alone are not a fault, unless --foreign fail), 1 something could not be read,
2 bad input, 3 something is wrong or missing`;
