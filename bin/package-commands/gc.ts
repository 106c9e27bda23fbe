import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { GRACE_DAYS, KEPT_GENERATIONS } from '../../packagelink/store/plan-gc.ts';
import { addSiteOptions } from '../site-options.ts';
import type { SiteOptions } from '../site-options.ts';

type GcOptions = SiteOptions & {
  readonly keep: number;
  readonly graceDays: number;
  readonly dryRun?: true;
  readonly json?: true;
};

/** `gutinteg package gc`. */
export function addPackageGcCommand(packages: Command): void {
  addSiteOptions(packages.command('gc'))
    .description('remove from the store what no package and no machine needs any longer')
    .option(
      '--keep <count>',
      'how many generations of each package stay, whatever their age',
      parseCount,
      KEPT_GENERATIONS,
    )
    .option('--grace-days <days>', 'how long a generation stays after it was replaced', parseCount, GRACE_DAYS)
    .option('--dry-run', 'print what would be removed, and remove nothing')
    .option('--json', 'the result as JSON')
    .addHelpText('after', HELP)
    .action(collect);
}

function parseCount(text: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Expected a whole number.');
}

async function collect(options: GcOptions): Promise<void> {
  const { join } = await import('node:path');
  const { formatBytes } = await import('../../lib/bytes.ts');
  const { readHeldManifests } = await import('../../netboot/state/read-held-manifests.ts');
  const { collectGarbage } = await import('../../packagelink/store/collect-garbage.ts');
  const { openSiteState } = await import('../open-site-state.ts');
  const { store, stateDir } = await openSiteState(options.site, options.state);
  const dryRun = options.dryRun === true;
  const collected = await collectGarbage({
    store,
    rules: { keepGenerations: options.keep, graceDays: options.graceDays },
    held: () => readHeldManifests(join(stateDir, 'netboot.db')),
    nowMs: Date.now(),
    dryRun,
  });
  const { removed, freedBytes, liveManifests } = collected;
  if (options.json === true) {
    process.stdout.write(`${JSON.stringify({ dryRun, ...collected }, null, 2)}\n`);
    return;
  }
  for (const path of removed) process.stdout.write(`${dryRun ? 'would remove' : 'removed'} ${path}\n`);
  const freed = dryRun ? 'would be freed' : 'freed';
  process.stdout.write(
    `${formatBytes(freedBytes)} ${freed}, ${removed.length} files; ${liveManifests} manifests stay\n`,
  );
}

const HELP = `
These stay: the newest generations of each package (--keep), generations that were replaced less than --grace-days ago,
manifests younger than that, what is pinned, and what an armed machine will be installed with. Publishing waits while
this runs. If a manifest that must stay cannot be read, nothing is removed.

Examples:
  gutinteg package gc --dry-run --site ~/site
  gutinteg package gc --keep 1 --grace-days 30 --site ~/site
`;
