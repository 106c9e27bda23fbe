import { Option } from 'commander';
import type { Command } from 'commander';
import { addTargetOptions, asPackagePaths, collect } from './target-options.ts';
import type { TargetOptions } from './target-options.ts';

type LinkCommandOptions = TargetOptions & {
  readonly hardlink?: true;
  readonly copy?: true;
  readonly runCommands?: true;
  readonly dryRun?: true;
  readonly define: readonly string[];
  readonly record?: string;
  readonly suffix?: string;
  readonly store?: string;
  readonly key: readonly string[];
  readonly directories?: 'merge' | 'same-priority';
  readonly allowMassDelete?: true;
  readonly listUndefined?: true;
};

/** `packagelink --target DIR [PRIORITY:]TREE…`. */
export function defineLink(program: Command): Command {
  return addTargetOptions(program)
    .description('Links packages onto a directory. Each path comes from the package with the highest priority.')
    .argument('[trees...]', '[PRIORITY:]TREE: directories, or names of packages in --store')
    .option('-D, --define <VAR=VALUE>', 'a variable for templates; may be repeated', collect, [])
    .option('--record <file.json>', "variables as 'machdb query --format json' prints them; -D wins")
    .option('--suffix <suffix>', 'what names of templates end in; .plprocess, or what the package says, unless given')
    .addOption(new Option('--copy', 'copy files (the default)').conflicts('hardlink'))
    .option('--hardlink', 'make hard links to the files of the trees, where that is possible')
    .option('--store <dir>', 'take arguments without a slash as names in this store')
    .option('--key <file.pub>', "the store's public key; may be repeated", collect, [])
    .addOption(
      new Option('--directories <how>', 'whether directories of different priorities merge').choices([
        'merge',
        'same-priority',
      ]),
    )
    .option('--allow-mass-delete', 'allow more than half of a package to be deleted')
    .option('--list-undefined', 'list the variables of templates that are not defined, and do nothing')
    .option('--run-commands', 'run the commands that packages ask for after a change')
    .option('--dry-run', 'print what would change, and change nothing')
    .showHelpAfterError('(packagelink --help says how it is used)')
    .addHelpText('after', LINK_HELP)
    .action(link);
}

async function link(words: readonly string[], options: LinkCommandOptions): Promise<void> {
  const { linkPackages } = await import('../../packagelink/link/link-packages.ts');
  const { openLinkedTarget, requireWritable } = await import('../../packagelink/link/linked-target.ts');
  const { printResult } = await import('./print-result.ts');
  const { readLink } = await import('./read-link.ts');
  const { dryRun = false, json = false, listUndefined, allowMassDelete = false } = options;
  const target = openLinkedTarget(options.target, options.state);
  const change = await readLink({ ...options, words, target });
  if (listUndefined === true) {
    const { listUndefinedVariables } = await import('./list-undefined.ts');
    await listUndefinedVariables(target, change, json);
    return;
  }
  if (!dryRun) requireWritable(target);
  let packages: string[] = [];
  const result = await linkPackages({
    target: target.root,
    stateFile: target.stateFile,
    dryRun,
    mounts: asPackagePaths(options.mount),
    massDelete: () => allowMassDelete,
    runsCommands: options.runCommands === true,
    change: async (state) => {
      const changed = await change(state);
      packages = changed.packages.map(({ name }) => name).toSorted();
      return changed;
    },
  });
  printResult(result, { json, dryRun, packages });
}

const LINK_HELP = `
Examples:
  packagelink --target /usr/local --hardlink /srv/packages/emacs /srv/packages/tex
  packagelink --target /srv/www -DDOMAIN=example.org 60:./site-theme ./site
  packagelink --target /usr/local --record <(machdb query server1 --format json) ./mail
  packagelink --target /usr/local --store /srv/store --key site.pub motd
  packagelink --target /usr/local              restore everything that is linked

Packages that are already linked stay, and are merged again with the new ones. 'packageunlink' removes one,
'packagecheck' compares. Of NAME and NAME@ARCH beside it, the latter is taken on a machine of that architecture.
The priority is 50 unless the package or the argument says otherwise; the highest wins.

Exit codes: 0 done, 1 some path could not be updated, 2 bad input or packages that do not fit together,
3 undefined variables (--list-undefined)`;
