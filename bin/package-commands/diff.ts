import type { Command } from 'commander';
import { addSiteOptions } from '../site-options.ts';
import type { SiteOptions } from '../site-options.ts';

type DiffOptions = SiteOptions & { readonly json?: true };

/** `gutinteg package diff`. */
export function addPackageDiffCommand(packages: Command): void {
  addSiteOptions(packages.command('diff'))
    .description('show the paths and settings that differ between two generations or two packages')
    .argument('<old-package>', 'a name, NAME@~1 for its previous generation, or the beginning of a digest')
    .argument(
      '[new-package]',
      'the same; if left out, the first is a name, and is compared with its previous generation',
    )
    .option('--json', 'the differences as JSON')
    .addHelpText('after', HELP)
    .action(diff);
}

async function diff(first: string, second: string | undefined, options: DiffOptions): Promise<void> {
  const { diffManifests } = await import('../../packagelink/manifests/diff-manifests.ts');
  const { findManifest } = await import('../../packagelink/store/find-manifest.ts');
  const { directoryFetcher } = await import('../../packagelink/contents/fetch.ts');
  const { readManifest } = await import('../../packagelink/manifests/read-manifest.ts');
  const { formatDifference } = await import('../manifest-text.ts');
  const { openSiteState } = await import('../open-site-state.ts');
  const { readAcceptedKeys } = await import('../site-options.ts');
  const state = await openSiteState(options.site, options.state);
  const keys = await readAcceptedKeys(state);
  const read = async (text: string) =>
    await readManifest(directoryFetcher(state.store.dir), await findManifest(state.store, text), keys);
  const [old, now] = second === undefined ? [`${first}@~1`, first] : [first, second];
  const difference = diffManifests(await read(old), await read(now));
  const text = options.json === true ? `${JSON.stringify(difference, null, 2)}\n` : formatDifference(difference);
  process.stdout.write(text);
  if (difference.paths.length + difference.settings.length > 0) process.exitCode = 3;
}

const HELP = `
Where bytes lie in the store is not compared.

Exit codes: 0 no differences, 1 a manifest could not be read, 2 no such package, 3 differences.

Examples:
  gutinteg package diff motd --site ~/site                      the previous generation and this one
  gutinteg package diff motd@~3 motd --site ~/site
  gutinteg package diff motd motd@arm64 --site ~/site
`;
