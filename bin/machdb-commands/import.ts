import { Argument } from 'commander';
import type { Command } from 'commander';
import type { Joined } from '../../update-cluster/to-machdb/plan-import.ts';

type ImportOptions = { readonly site?: string; readonly parents?: string };

/** `machdb import cluster-xml FILE`. */
export function addImportCommand(program: Command): void {
  program
    .command('import')
    .description("print another program's hosts as objects of the database")
    .addArgument(new Argument('<format>', 'the format').choices(['cluster-xml']))
    .argument('<file>', 'the file to read')
    .option('--parents <names>', 'the objects that each inherits from, in this order, separated by commas')
    .option('--site <dir>', 'the site directory, which holds machdb/*.db')
    .addHelpText('after', IMPORT_HELP)
    .action(importHosts);
}

async function importHosts(_format: string, file: string, options: ImportOptions): Promise<void> {
  const { formatFault } = await import('../../lib/errors.ts');
  const { checkNames } = await import('../../machdb/edits/parse-arguments.ts');
  const { planImport } = await import('../../update-cluster/to-machdb/plan-import.ts');
  const { readHosts } = await import('../../update-cluster/to-machdb/read-hosts.ts');
  const parents = (options.parents ?? '').split(/[, \t]+/).filter((parent) => parent !== '');
  checkNames(parents);
  const cluster = readHosts(await readBytes(file), file);
  const { text, warnings } = planImport(cluster, await readJoined(options.site, parents), parents);
  for (const warning of warnings) process.stderr.write(`${formatFault(warning)}\n`);
  process.stdout.write(text);
}

async function readBytes(file: string): Promise<Uint8Array> {
  const { readFile } = await import('node:fs/promises');
  const { UserError } = await import('../../lib/errors.ts');
  return readFile(file).catch((cause: unknown) => {
    throw new UserError(`cannot read ${file}`, { exitCode: 2, cause });
  });
}

/** Whoever comes from update-cluster may not have a site yet: without `--site` there need be none here. */
async function readJoined(site: string | undefined, parents: readonly string[]): Promise<Joined> {
  const { existsSync } = await import('node:fs');
  const { join } = await import('node:path');
  const { UserError } = await import('../../lib/errors.ts');
  const { loadMachdb } = await import('../../machdb/load.ts');
  const { EMPTY_DATABASE, joinedOf } = await import('../../update-cluster/to-machdb/joined-database.ts');
  const dir = join(site ?? '.', 'machdb');
  if (site === undefined && !existsSync(dir)) {
    process.stderr.write('there is no machdb/ here, so names and addresses were compared with no database\n');
    return EMPTY_DATABASE;
  }
  const db = await loadMachdb(dir);
  const missing = parents.filter((parent) => !db.objects.has(parent));
  if (missing.length === 0) return joinedOf(db);
  throw new UserError(`there is no object ${missing.join(', ')} in ${dir}`, { exitCode: 2, hint: 'machdb list' });
}

const IMPORT_HELP = `
Nothing is printed when a host has no name, when a name, address or card is there twice or in the database already, or
when a value is not what it should be: every such host is named with its line.

Examples:
  machdb import cluster-xml /etc/update-cluster/cluster.xml --site ~/site --parents lab > ~/site/machdb/cluster.db
  machdb check --site ~/site

Exit codes: 0 done, 1 failed, 2 bad input or a faulty database`;
