import type { Command } from 'commander';
import type { Manifest } from '../../packagelink/package/manifest.ts';
import type { SiteState } from '../open-site-state.ts';
import { addSiteOptions } from '../site-options.ts';
import type { SiteOptions } from '../site-options.ts';

type ShowOptions = SiteOptions & {
  readonly entries?: true;
  readonly listUndefined?: string;
  readonly record?: string;
  readonly json?: true;
};

/** `gutinteg package show`. */
export function addPackageShowCommand(packages: Command): void {
  addSiteOptions(packages.command('show'))
    .description('show one package of the store: its settings, its templates and their variables, or its entries')
    .argument('<package>', 'its name, NAME@~1 for its previous generation, or the beginning of a digest')
    .option('--entries', 'list every path with its mode, owner and size')
    .option(
      '--list-undefined <host>',
      'list only variables inside lines of templates that this machine does not define',
    )
    .option('--record <file>', 'the same for a record in a file, as `machdb query --json` prints it')
    .option('--json', 'the manifest as JSON, or the list')
    .addHelpText('after', HELP)
    .action(show);
}

async function show(text: string, options: ShowOptions): Promise<void> {
  const { findManifest } = await import('../../packagelink/store/find-manifest.ts');
  const { directoryFetcher } = await import('../../packagelink/contents/fetch.ts');
  const { readManifest } = await import('../../packagelink/manifests/read-manifest.ts');
  const { formatEntries, formatManifest } = await import('../manifest-text.ts');
  const { openSiteState } = await import('../open-site-state.ts');
  const { readAcceptedKeys } = await import('../site-options.ts');
  const state = await openSiteState(options.site, options.state);
  const digest = await findManifest(state.store, text);
  const manifest = await readManifest(directoryFetcher(state.store.dir), digest, await readAcceptedKeys(state));
  const record = await readRecord(state, options);
  if (record !== undefined) {
    listUndefined(manifest, record, options);
  } else if (options.json === true) {
    process.stdout.write(`${JSON.stringify({ digest, ...manifest }, null, 2)}\n`);
  } else {
    process.stdout.write(options.entries === true ? formatEntries(manifest) : formatManifest(digest, manifest));
  }
}

type Variables = Readonly<Record<string, string>>;

function listUndefined({ entries }: Manifest, record: Variables, { json }: ShowOptions): void {
  const used = entries.flatMap((entry) => (entry.type === 'file' ? (entry.template?.inline ?? []) : []));
  const names = [...new Set(used)].filter((name) => !Object.hasOwn(record, name)).toSorted();
  process.stdout.write(json === true ? `${JSON.stringify(names)}\n` : names.map((name) => `${name}\n`).join(''));
  if (names.length > 0) process.exitCode = 3;
}

async function readRecord(
  state: SiteState,
  { listUndefined: host, record: file }: ShowOptions,
): Promise<Variables | undefined> {
  const { UserError } = await import('../../lib/errors.ts');
  if (host !== undefined && file !== undefined) {
    throw new UserError('--list-undefined HOST and --record FILE are two ways to say the same', { exitCode: 2 });
  }
  if (file !== undefined) return await readRecordFile(file);
  if (host === undefined) return undefined;
  const { openMachines } = await import('../open-site-state.ts');
  const site = await openMachines(state);
  try {
    const machine = await site.lookupByName(host);
    if (machine !== undefined) return machine.record;
  } finally {
    site.close();
  }
  throw new UserError(`the database has no machine ${host}`, { exitCode: 2, hint: `machdb check --site ${state.dir}` });
}

async function readRecordFile(file: string): Promise<Variables> {
  const { readFile } = await import('node:fs/promises');
  const { z } = await import('zod');
  const { UserError } = await import('../../lib/errors.ts');
  const { parseJsonEdge } = await import('../../lib/parse-edge.ts');
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new UserError(`reading the record ${file} failed`, { exitCode: 2, cause });
  });
  return parseJsonEdge(z.record(z.string(), z.string()), text, file);
}

const HELP = `
Exit codes: 0 printed, 1 the manifest could not be read, 2 no such package or machine, 3 --list-undefined or --record
found variables that are not defined.

Examples:
  gutinteg package show motd --site ~/site
  gutinteg package show motd@~1 --entries --site ~/site
  gutinteg package show motd --list-undefined lab01 --site ~/site
`;
