import { Argument } from 'commander';
import type { Command } from 'commander';
import { exportDescriptions, exportFormatNames } from '../../machdb/exports/format-names.ts';
import type { ExportFormatName } from '../../machdb/exports/format-names.ts';
import type { ExportFormat, ExportSettings } from '../../machdb/exports/format.ts';
import type { UpdatedDocument } from '../../machdb/exports/update-document.ts';
import type { Machdb } from '../../machdb/types.ts';
import { addSiteOption } from './site-option.ts';
import type { SiteOption } from './site-option.ts';

type ExportOptions = SiteOption &
  Omit<ExportSettings, 'hostKeys'> & {
    readonly state?: string;
    readonly output?: string;
    readonly outputDir?: string;
    readonly serial?: string;
    readonly previous?: string;
  };
type Export = { readonly db: Machdb; readonly format: ExportFormat; readonly serial: number | undefined };

/** `machdb export FORMAT`. */
export function addExportCommand(program: Command): void {
  addSiteOption(program.command('export'))
    .description('write the database in a format that another program reads')
    .addArgument(new Argument('<format>', 'the format').choices(exportFormatNames))
    .option('--output <file>', 'write to this file, but only if something has changed, and report it')
    .option('--output-dir <dir>', 'write every zone of the database to a file ZONE.zone in this directory')
    .option('--zone <zone>', 'dns, reverse-dns: which zone, if there are several')
    .option('--network <network>', 'reverse-dns: the zone by its addresses, such as 10.77.0.0/24')
    .option('--serial <number>', 'dns, reverse-dns: the serial number of the zone, instead of the time')
    .option('--previous <file>', 'dns, reverse-dns: the old zone, if it is not the file of --output')
    .option('--state <dir>', 'known-hosts: state directory of the running server, instead of the one in site.yaml')
    .option('--masters <object>', 'cluster-xml: an object that masters inherit from, or a variable that they set')
    .option('--bootmaster <variable>', 'cluster-xml: the variable with the master that a machine boots from')
    .addHelpText('after', EXPORT_HELP)
    .action(exportMachdb);
}

async function exportMachdb(name: ExportFormatName, options: ExportOptions): Promise<void> {
  const { join } = await import('node:path');
  const { exportFormats } = await import('../../machdb/exports/formats.ts');
  const { loadMachdb } = await import('../../machdb/load.ts');
  const format = exportFormats[name];
  await checkOptions(name, format, options);
  const serial = options.serial === undefined ? undefined : await readSerialOption(options.serial);
  const work: Export = { db: await loadMachdb(join(options.site, 'machdb')), format, serial };
  const { state, ...settings } = options;
  const asked = format.heeds.includes('hostKeys') ? { hostKeys: await askHostKeys(options.site, state) } : {};
  if (options.outputDir === undefined) await exportOne(work, { ...settings, ...asked }, options);
  else await exportAll(work, options.outputDir);
}

/** The database says nothing of host keys: machines make them, and report them to the server. */
async function askHostKeys(site: string, state: string | undefined): Promise<NonNullable<ExportSettings['hostKeys']>> {
  const { loadSiteSettings } = await import('../../site/load-site.ts');
  const { createControlClient } = await import('../../netboot/control-client.ts');
  const { stateDir } = await loadSiteSettings(site, state === undefined ? {} : { state });
  const { machines } = await createControlClient(stateDir).hostKeys();
  return new Map(machines.map(({ name, keys }) => [name, keys]));
}

/** Whatever a format does not heed must not seem to have had an effect. */
async function checkOptions(name: string, format: ExportFormat, options: ExportOptions): Promise<void> {
  const { UserError } = await import('../../lib/errors.ts');
  const { output, outputDir, zone, network, serial, previous, masters, bootmaster, state } = options;
  const refuse = (message: string): never => {
    throw new UserError(message, { exitCode: 2, hint: 'machdb export --help' });
  };
  if (zone !== undefined && !format.heeds.includes('zone')) refuse(`${name} has no zones: --zone means nothing to it`);
  if (network !== undefined && !format.heeds.includes('network')) refuse(`--network means nothing to ${name}`);
  if (masters !== undefined && !format.heeds.includes('masters')) refuse(`--masters means nothing to ${name}`);
  if (bootmaster !== undefined && !format.heeds.includes('bootmaster')) refuse(`--bootmaster means nothing to ${name}`);
  if (state !== undefined && !format.heeds.includes('hostKeys'))
    refuse(`${name} asks no server: --state means nothing`);
  if (serial !== undefined && format.serial === undefined) refuse(`${name} carries no serial number`);
  if (previous !== undefined && format.serial === undefined) refuse(`${name} carries no serial number: no --previous`);
  if (outputDir === undefined) return;
  if (format.listDocuments === undefined) refuse(`${name} is one file: use --output`);
  if ([output, zone, network, previous].some((option) => option !== undefined)) {
    refuse('--output-dir writes every zone: it cannot be used with --output, --zone, --network or --previous');
  }
}

async function readSerialOption(text: string): Promise<number> {
  const { UserError } = await import('../../lib/errors.ts');
  const serial = /^\d{1,10}$/.test(text) ? Number(text) : Infinity;
  if (serial < 2 ** 32) return serial;
  throw new UserError(`'${text}' is not a serial number, 0 to ${2 ** 32 - 1}`, { exitCode: 2 });
}

async function exportOne(
  { db, format, serial }: Export,
  settings: ExportSettings,
  { output, previous }: ExportOptions,
): Promise<void> {
  const { UserError } = await import('../../lib/errors.ts');
  const { updateDocument } = await import('../../machdb/exports/update-document.ts');
  const { readDocument } = await import('../../machdb/exports/write-document.ts');
  const oldPath = previous ?? output;
  const old = oldPath === undefined ? undefined : await readDocument(oldPath);
  if (previous !== undefined && old === undefined) {
    throw new UserError(`there is no ${previous}, so the old zone's serial is not known`, { exitCode: 2 });
  }
  const updated = updateDocument(db, format, { settings, previous: old, serial, nowSeconds: Date.now() / 1000 });
  if (output === undefined) await printDocument(updated);
  else await saveDocument(output, updated, previous !== undefined);
}

async function exportAll({ db, format, serial }: Export, dir: string): Promise<void> {
  const { join } = await import('node:path');
  const { updateDocument } = await import('../../machdb/exports/update-document.ts');
  const { readDocument } = await import('../../machdb/exports/write-document.ts');
  const { noDocumentsError } = await import('../../machdb/exports/zones.ts');
  const updates: [string, UpdatedDocument][] = [];
  for (const { fileName, settings } of format.listDocuments?.(db) ?? []) {
    const path = join(dir, fileName);
    const previous = await readDocument(path);
    updates.push([path, updateDocument(db, format, { settings, previous, serial, nowSeconds: Date.now() / 1000 })]);
  }
  if (updates.length === 0) throw noDocumentsError();
  // Only now: a fault in one zone leaves all as they were.
  for (const [path, updated] of updates) await saveDocument(path, updated, false);
}

async function saveDocument(path: string, updated: UpdatedDocument, always: boolean): Promise<void> {
  const { writeDocument } = await import('../../machdb/exports/write-document.ts');
  await printWarnings(updated);
  if (!updated.changed && !always) return;
  await writeDocument(path, updated.chunks);
  process.stdout.write(`wrote ${path}${updated.serial === undefined ? '' : `, serial ${updated.serial}`}\n`);
}

async function printDocument(updated: UpdatedDocument): Promise<void> {
  await printWarnings(updated);
  for (const chunk of updated.chunks) process.stdout.write(chunk);
}

async function printWarnings({ warnings }: UpdatedDocument): Promise<void> {
  const { formatFault } = await import('../../lib/errors.ts');
  for (const warning of warnings) process.stderr.write(`${formatFault(warning)}\n`);
}

const EXPORT_HELP = `
Formats:
${exportFormatNames.map((name) => `  ${name.padEnd(15)}${exportDescriptions[name]}`).join('\n')}

Examples:
  machdb export hosts --site examples/lab
  machdb export dns --zone lab.example --output /etc/bind/lab.example.zone
  machdb export cluster-xml --masters cluster-master --output /etc/update-cluster/cluster.xml
  machdb export known-hosts --output /etc/ssh/ssh_known_hosts
  machdb export reverse-dns --network 10.77.0.0/24 --serial 2026112101

With --output, nothing is written or reported if only the serial number would differ, unless --serial raises it.

Exit codes: 0 done, 1 a file cannot be read or written, 2 bad input or a faulty database`;
