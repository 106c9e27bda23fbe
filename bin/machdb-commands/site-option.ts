import type { Command } from 'commander';

/** What every command of machdb takes: where the site is. */
export type SiteOption = { readonly site: string };

/** `--site DIR`, the current directory otherwise. */
export function addSiteOption(command: Command): Command {
  return command.option('--site <dir>', 'the site directory, which holds machdb/*.db', '.');
}
