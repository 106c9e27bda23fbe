import type { Command } from 'commander';
import { addSiteOptions } from '../site-options.ts';
import type { SiteOptions } from '../site-options.ts';

type ListOptions = SiteOptions & { readonly json?: true };

/** `gutinteg package list`. */
export function addPackageListCommand(packages: Command): void {
  addSiteOptions(packages.command('list'))
    .description('list the names in the store, what each one stands for, and since when')
    .option('--json', 'the list as JSON')
    .addHelpText('after', HELP)
    .action(list);
}

async function list(options: ListOptions): Promise<void> {
  const { formatBytes } = await import('../../lib/bytes.ts');
  const { shortDigest } = await import('../manifest-text.ts');
  const rows = await readRows(options);
  if (options.json === true) {
    process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
    return;
  }
  const header = ['NAME', 'PRIORITY', 'ENTRIES', 'BYTES', 'STORED', 'GENERATION', 'SINCE', ''];
  const lines = rows.map((row) => [
    row.name,
    row.fault === undefined ? String(row.priority) : '-',
    row.fault === undefined ? String(row.entries) : '-',
    row.fault === undefined ? formatBytes(row.rawBytes) : '-',
    row.fault === undefined ? formatBytes(row.storedBytes) : '-',
    row.manifest === '' ? '-' : shortDigest(row.manifest),
    row.since.slice(0, 16).replace('T', ' '),
    row.fault ?? '',
  ]);
  const widths = header.map((title, column) =>
    Math.max(title.length, ...lines.map((line) => line[column]?.length ?? 0)),
  );
  for (const line of [header, ...lines]) {
    process.stdout.write(
      `${line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd()}\n`,
    );
  }
  if (rows.some(({ fault }) => fault !== undefined)) process.exitCode = 1;
}

type Row = {
  readonly name: string;
  readonly manifest: string;
  readonly since: string;
  readonly generations: number;
} & (
  | { readonly fault: string }
  | {
      readonly fault?: undefined;
      readonly priority: number;
      readonly entries: number;
      readonly rawBytes: number;
      readonly storedBytes: number;
    }
);

async function readRows(options: SiteOptions): Promise<Row[]> {
  const { describeError, UserError } = await import('../../lib/errors.ts');
  const { directoryFetcher } = await import('../../packagelink/contents/fetch.ts');
  const { readManifest } = await import('../../packagelink/manifests/read-manifest.ts');
  const { listNames, readGenerations } = await import('../../packagelink/store/store.ts');
  const { openSiteState } = await import('../open-site-state.ts');
  const { readAcceptedKeys } = await import('../site-options.ts');
  const state = await openSiteState(options.site, options.state);
  const keys = await readAcceptedKeys(state);
  const rows: Row[] = [];
  for (const name of await listNames(state.store)) {
    const generations = await readGenerations(state.store, name);
    const { digest = '', at = '' } = generations[0] ?? {};
    const row = { name, manifest: digest, since: at, generations: generations.length };
    try {
      const { priority, entries, rawBytes, packs } = await readManifest(
        directoryFetcher(state.store.dir),
        digest,
        keys,
      );
      const storedBytes = packs.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
      rows.push({ ...row, priority, entries: entries.length, rawBytes, storedBytes });
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      rows.push({ ...row, fault: describeError(error) });
    }
  }
  return rows;
}

const HELP = `
Examples:
  gutinteg package list --site ~/site
  gutinteg package list --site ~/site --json | jq -r '.[].name'`;
