// A command for each word of change-words.ts. In: the command `fleet`. Out: commands. Never: what one of them does.
import { Argument, Option } from 'commander';
import type { Command } from 'commander';
import { addInstallFilesOptions } from '../package-files/install-files-options.ts';
import { addFleetOptions } from '../fleet-options.ts';
import { changeWords } from './change-words.ts';
import type { ChangeOptions, ChangeWord } from './change-words.ts';
import { addDespiteOption, addPlanTimeoutOption, addWaitForJobOption, EXIT_CODES } from './flow-options.ts';
import type { MakeChangeOptions } from './make-change.ts';
import {
  collectExcepted,
  collectNames,
  collectPackages,
  collectPackagesOrFiles,
  collectVersions,
} from './parse-package.ts';
import type { PackageOrFile } from './parse-package.ts';
import { addRolloutOptions } from './rollout-options.ts';
import { addTargetOptions } from './target-options.ts';

/** `install`, `remove`, `upgrade` and the others. */
export function addFleetChangeCommands(fleet: Command): void {
  for (const word of changeWords) {
    addChange(fleet.command(word.name), word, word.name);
    if (word.alias !== undefined) addChange(fleet.command(word.alias, { hidden: true }), word, word.alias);
  }
}

function addChange(command: Command, word: ChangeWord, path: string): void {
  command.description(word.description);
  if (word.packages !== 'none') command.addArgument(packagesArgument(word.packages, word.takesFiles === true));
  for (const name of word.options) command.addOption(ownOptions[name]());
  if (word.takesFiles === true) addInstallFilesOptions(command);
  addChangeOptions(command)
    .addHelpText('after', helpOf(word, path))
    .action(async (...given: readonly unknown[]) => {
      const named = word.packages === 'none' ? [] : ((given[0] ?? []) as readonly PackageOrFile[]);
      const options = given[word.packages === 'none' ? 0 : 1] as MakeChangeOptions;
      const files = named.filter((each) => typeof each === 'string');
      const packages = named.filter((each) => typeof each !== 'string');
      if (files.length > 0) {
        const { installFiles } = await import('../package-files/install-files.ts');
        return installFiles(files, options, packages);
      }
      const { makeChange } = await import('./make-change.ts');
      return makeChange(word.toAction(packages, options), options);
    });
}

/** Which hosts, how carefully, how far, and the server. */
export function addChangeOptions(command: Command): Command {
  addTargetOptions(command);
  addRolloutOptions(command);
  addFlowOptions(command);
  return addFleetOptions(command.optionsGroup('The server:'));
}

type Takes = Exclude<ChangeWord['packages'], 'none'>;

const takes: Readonly<Record<Takes, { readonly name: string; readonly help: string }>> = {
  names: { name: '<package-name...>', help: 'NAME or NAME:ARCH' },
  wanted: { name: '<package[=version]...>', help: 'NAME, NAME=VERSION or NAME:ARCH=VERSION' },
  versions: { name: '<package=version...>', help: 'NAME=VERSION or NAME:ARCH=VERSION' },
  optional: { name: '[package[=version]...]', help: 'NAME, NAME=VERSION or NAME:ARCH=VERSION; all, unless given' },
};

const parsers: Readonly<Record<Takes, typeof collectPackages>> = {
  names: collectNames,
  wanted: collectPackages,
  versions: collectVersions,
  optional: collectPackages,
};

function packagesArgument(kind: Takes, takesFiles: boolean): Argument {
  const { name, help } = takes[kind];
  if (!takesFiles) return new Argument(name, help).argParser(parsers[kind]);
  return new Argument('<package-or-file...>', `${help}; or files, directories, addresses`).argParser(
    collectPackagesOrFiles,
  );
}

const ownOptions: Readonly<Record<keyof ChangeOptions, () => Option>> = {
  purge: () => new Option('--purge', 'their configuration, too'),
  security: () => new Option('--security', 'only what comes from a source of security updates'),
  except: () => new Option('--except <package-name>', 'leave this one as it is; repeatable').argParser(collectExcepted),
  always: () => new Option('--always', 'also where no restart is due'),
  only: () =>
    new Option('--only <which>', 'only hosts that have it already, or only those without').choices(['with', 'without']),
};

function addFlowOptions(command: Command): void {
  command
    .optionsGroup('How far:')
    .option('--dry-run', 'show what would change, and drop the job')
    .option('--yes', 'approve it without a question, unless hosts cannot do it');
  addDespiteOption(command);
  addWaitForJobOption(command);
  addPlanTimeoutOption(command).option('--note <words>', 'a line about it for people');
}

const helpOf = ({ examples, help, name }: ChangeWord, path: string): string => `
${help === undefined ? '' : `${help}\n`}It becomes a job: one host of each kind says what would change, you see that and approve it, and hosts begin
when they check in. docs/fleet-jobs.md tells the whole way.
${EXIT_CODES}
Examples:
${examples.map((example) => `  gutinteg fleet ${example.replace(name, path)}\n`).join('')}`;
