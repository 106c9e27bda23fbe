import type { Command } from 'commander';
import type { Published } from '../../packagelink/publish/publish.ts';
import { addSiteOptions } from '../site-options.ts';
import type { SiteOptions } from '../site-options.ts';

type PublishOptions = SiteOptions & { readonly dryRun?: true; readonly json?: true };

/** `gutinteg package publish`. */
export function addPackagePublishCommand(packages: Command): void {
  addSiteOptions(packages.command('publish'))
    .description('publish what has changed in packages/NAME to the store')
    .argument('[package...]', 'names of packages; if left out, all of the site')
    .option('--dry-run', 'print what would be published, and write nothing')
    .option('--json', 'the result as JSON')
    .addHelpText('after', HELP)
    .action(publish);
}

async function publish(names: readonly string[], options: PublishOptions): Promise<void> {
  const { UserError } = await import('../../lib/errors.ts');
  const { openSiteState } = await import('../open-site-state.ts');
  const { createProgressLine } = await import('../progress-line.ts');
  const { publishTree } = await import('../../packagelink/publish/publish.ts');
  const { join } = await import('node:path');
  const { dir, store, key } = await openSiteState(options.site, options.state);
  const line = createProgressLine();
  const results: object[] = [];
  const errors: InstanceType<typeof UserError>[] = [];
  for (const name of await wantedNames(dir, names)) {
    try {
      const published = await publishTree({
        store,
        name,
        tree: join(dir, 'packages', name),
        kind: 'site',
        signingKey: key.privateKey,
        dryRun: options.dryRun === true,
        onProgress: (done, total) => line.show(`${name}: ${Math.floor((done / Math.max(1, total)) * 100)} %`),
      });
      line.clear();
      if (options.json === true) results.push(await asJson(name, published));
      else process.stdout.write(await asText(name, published, options.dryRun === true));
    } catch (error) {
      line.clear();
      if (!(error instanceof UserError)) throw error;
      errors.push(error);
    }
  }
  if (options.json === true) process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
  const [first, ...more] = errors;
  if (first === undefined) return;
  throw new UserError([first, ...more].map(({ message }) => message).join('\n'), {
    exitCode: first.exitCode,
    ...(first.hint === undefined ? {} : { hint: first.hint }),
  });
}

async function wantedNames(siteDir: string, names: readonly string[]): Promise<readonly string[]> {
  const { UserError } = await import('../../lib/errors.ts');
  const { listSitePackages } = await import('../../site/load-site.ts');
  const available = await listSitePackages(siteDir);
  const unknown = names.filter((name) => !available.includes(name));
  if (unknown.length === 0) return names.length === 0 ? available : [...new Set(names)];
  throw new UserError(`${siteDir}/packages has no ${unknown.join(', ')}`, {
    exitCode: 2,
    hint: available.length === 0 ? 'make a directory there' : `one of: ${available.join(', ')}`,
  });
}

const SHOWN_PATHS = 10;

async function asText(name: string, published: Published, isDryRun: boolean): Promise<string> {
  const { formatBytes } = await import('../../lib/bytes.ts');
  const { diffManifests } = await import('../../packagelink/manifests/diff-manifests.ts');
  const { formatCounts, formatDifference, shortDigest } = await import('../manifest-text.ts');
  const { before, after, changed, manifest, packedBytes, entries } = published;
  if (!changed) return `${name}: unchanged\n`;
  const packed = isDryRun ? `${formatBytes(packedBytes)} to pack` : `${formatBytes(packedBytes)} packed`;
  const did = isDryRun ? 'would be published' : `published as ${shortDigest(manifest)}`;
  if (before === undefined) return `${name}: ${did}: ${entries} entries, ${packed}\n`;
  const difference = diffManifests(before, after);
  return `${name}: ${did}: ${formatCounts(difference)}; ${packed}\n${formatDifference(difference, SHOWN_PATHS)}`;
}

async function asJson(name: string, published: Published): Promise<object> {
  const { diffManifests } = await import('../../packagelink/manifests/diff-manifests.ts');
  const { before, after, ...figures } = published;
  const difference = before === undefined ? undefined : diffManifests(before, after);
  return { name, ...figures, ...(difference === undefined ? {} : { difference }) };
}

const HELP = `
The server publishes what machines need by itself. This command does it now, and reports what it was. For a tree that
has not changed, nothing is written.

Examples:
  gutinteg package publish --site ~/site               all packages
  gutinteg package publish motd --dry-run --site ~/site
`;
