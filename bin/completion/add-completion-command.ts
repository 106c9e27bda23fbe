import { Argument } from 'commander';
import type { Command } from 'commander';
import { fleetKinds, siteKinds } from './value-kinds.ts';
import type { FleetKind, WordKind } from './value-kinds.ts';

/** `completion bash`, and the hidden `completion words` that its script calls for names of the site. */
export function addCompletionCommand(program: Command): void {
  const completion = program
    .command('completion')
    .description('print a script that lets the shell complete commands, options and names');
  completion
    .command('bash')
    .description('print the completion script for bash')
    .addHelpText('after', bashHelp(program.name()))
    .action(async () => void process.stdout.write(await bashScript(program)));
  completion
    .command('words', { hidden: true })
    .addArgument(new Argument('<kind>').choices([...siteKinds, ...fleetKinds]))
    .option('--site <dir>', 'site directory', '.')
    .option('--prefix <text>', 'beginning of the words', '')
    .action(printWords);
}

async function bashScript(program: Command): Promise<string> {
  const { readFile } = await import('node:fs/promises');
  const { join } = await import('node:path');
  const { describeProgram } = await import('./describe-program.ts');
  const { renderBash } = await import('./render-bash.ts');
  return renderBash({
    program: program.name(),
    // Not what PATH or the current directory might have under this name: TAB must run nothing that the user has not chosen.
    path: join(import.meta.dirname, '..', program.name()),
    commands: describeProgram(program),
    engine: await readFile(join(import.meta.dirname, 'complete.bash'), 'utf8'),
  });
}

async function printWords(kind: WordKind, { site, prefix }: { site: string; prefix: string }): Promise<void> {
  process.stdout.write((await wordsOf(kind, site, prefix)).map((word) => `${word}\n`).join(''));
}

const isOfFleet = (kind: WordKind): kind is FleetKind => fleetKinds.some((each) => each === kind);

async function wordsOf(kind: WordKind, site: string, prefix: string): Promise<string[]> {
  if (isOfFleet(kind)) return (await import('./fleet-words.ts')).fleetWords(site, kind, prefix);
  return (await import('./site-words.ts')).siteWords(site, kind, prefix);
}

function bashHelp(program: string): string {
  return `
Examples:
  source <(${program} completion bash)          in this shell; in ~/.bashrc: in every new shell
  ${program} completion bash > ~/.local/share/bash-completion/completions/${program}
                                            the same, where the package bash-completion is installed
  ${program} completion bash > /etc/bash_completion.d/${program}
                                            for every user

Names of machines come from the site that --site names, if it comes before them, or from the current directory.`;
}
