import type { Command } from 'commander';
import type { LinkState } from '../../packagelink/state/linked-packages.ts';
import { addTargetOptions, asPackagePaths } from './target-options.ts';
import type { TargetOptions } from './target-options.ts';

type UnlinkOptions = TargetOptions & { readonly runCommands?: true; readonly dryRun?: true };

/** `packageunlink --target DIR NAME…`. */
export function defineUnlink(program: Command): Command {
  return addTargetOptions(program)
    .description('Removes packages from a directory, and restores what they had overridden.')
    .argument('<linked...>', 'names of packages that are linked')
    .option('--run-commands', 'run the commands that packages ask for after a change')
    .option('--dry-run', 'print what would change, and change nothing')
    .showHelpAfterError('(packageunlink --help says how it is used)')
    .addHelpText('after', UNLINK_HELP)
    .action(unlink);
}

async function unlink(words: readonly string[], options: UnlinkOptions): Promise<void> {
  const { architectureOf } = await import('../../lib/architecture.ts');
  const { chooseVariant } = await import('../../packagelink/package/package-variant.ts');
  const { UserError } = await import('../../lib/errors.ts');
  const { linkPackages } = await import('../../packagelink/link/link-packages.ts');
  const { readLinks } = await import('../../packagelink/link/merge-onto-target.ts');
  const { openLinkedTarget, requireWritable } = await import('../../packagelink/link/linked-target.ts');
  const { printResult } = await import('./print-result.ts');
  const { dryRun = false, json = false } = options;
  const target = openLinkedTarget(options.target, options.state);
  findLinked(readLinks(target.stateFile));
  if (!dryRun) requireWritable(target);
  let packages: string[] = [];
  let names: string[] = [];
  const result = await linkPackages({
    target: target.root,
    stateFile: target.stateFile,
    dryRun,
    mounts: asPackagePaths(options.mount),
    massDelete: (owner) => names.includes(owner),
    runsCommands: options.runCommands === true,
    change: async (state) => {
      names = findLinked(state);
      const left = state.packages.filter(({ name }) => !names.includes(name));
      packages = left.map(({ name }) => name);
      return { packages: left, linked: [], unlinked: names, directories: state.directories };
    },
  });
  printResult(result, { json, dryRun, packages });

  /** What the words mean: the package of this name, or the variant of it that packagelink takes on this machine. */
  function findLinked(state: LinkState): string[] {
    const linked = state.packages.map(({ name }) => name);
    const machine = { ARCH: architectureOf(process.arch) };
    const isLinked = (name: string) => linked.includes(name);
    const found = words.map((word) => (isLinked(word) ? word : chooseVariant(word, machine, isLinked)));
    const unknown = words.filter((_word, index) => found[index] === undefined);
    if (unknown.length === 0) return found.filter((name) => name !== undefined);
    throw new UserError(`not linked onto ${target.root}: ${unknown.join(' ')}`, {
      exitCode: 2,
      hint: linked.length === 0 ? 'nothing is linked there' : `one of: ${linked.join(' ')}`,
    });
  }
}

const UNLINK_HELP = `
Examples:
  packageunlink --target /usr/local emacs
  packageunlink --target /usr/local tex mail --dry-run

What the package had overridden is restored: the file of another package, or what was there before any package. A file
that was changed by hand and belongs to no other package stays, and is reported. After an error the package still
counts as linked: run the command again.

Exit codes: 0 done, 1 some path could not be updated, 2 bad input`;
