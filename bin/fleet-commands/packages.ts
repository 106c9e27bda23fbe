import type { Command } from 'commander';
import { addFleetOptions, connect } from './fleet-options.ts';
import type { FleetOptions } from './fleet-options.ts';
import { addJobs } from './jobs/add-job-commands.ts';
import { addOutdated } from './outdated.ts';
import { addListSources } from './sources.ts';

type PackagesOptions = FleetOptions & {
  readonly host?: string;
  readonly class?: string;
  readonly candidates?: true;
  readonly versions?: true;
  readonly hosts?: true;
  readonly older?: string;
  readonly newer?: string;
};

/** `gutinteg fleet packages [PATTERN]`; `view packages`, as NWU called it. */
export function addFleetPackagesCommands(fleet: Command): void {
  addPackages(fleet.command('packages'), 'packages');
  const view = fleet
    .command('view', { hidden: true })
    .description("NWU's words: view packages, view update-candidates, view repositories, view tasks");
  addPackages(view.command('packages'), 'view packages');
  addOutdated(view.command('update-candidates'), 'view update-candidates');
  addListSources(view.command('repositories'), 'view repositories');
  addJobs(view.command('tasks'), 'view tasks');
}

function addPackages(command: Command, path: string): void {
  addFleetOptions(command)
    .description('search packages of the fleet by name and description, or see who has one, and in which versions')
    .argument('[search]', 'a part of a name or description, or a pattern with * and ?')
    .option('--host <host>', 'what this host has')
    .option('--candidates', 'with --host: what it could be upgraded to')
    .option('--class <class>', 'only hosts of this class, or of a selector')
    .option('--versions', 'the versions of the package of this very name, and how many hosts have each')
    .option('--hosts', 'the hosts that have it')
    .option('--older <version>', 'with --hosts: only an older version, by the order of its package system')
    .option('--newer <version>', 'with --hosts: only a newer one')
    .addHelpText('after', helpOf(path))
    .action(packages);
}

async function packages(search: string | undefined, options: PackagesOptions): Promise<void> {
  const { UserError } = await import('../../lib/errors.ts');
  const { host, versions, hosts, older, newer } = options;
  const wantsHosts = hosts === true || older !== undefined || newer !== undefined;
  if (search === undefined && (wantsHosts || versions === true)) {
    throw new UserError('--versions and --hosts are about one package, which is missing', {
      exitCode: 2,
      hint: 'gutinteg fleet packages openssl --versions',
    });
  }
  if (host === undefined && options.candidates === true) {
    throw new UserError('--candidates is about one host, which is missing', {
      exitCode: 2,
      hint: 'gutinteg fleet packages --candidates --host HOST, or gutinteg fleet outdated',
    });
  }
  if (host !== undefined) return ofHost(host, search, options);
  if (versions === true) return versionsOf(search ?? '', options);
  if (wantsHosts) return hostsWith(search ?? '', options);
  await searchAll(search, options);
}

const classOf = (options: PackagesOptions) => (options.class === undefined ? {} : { class: options.class });

async function searchAll(search: string | undefined, options: PackagesOptions): Promise<void> {
  const { listPackages } = await import('../../contract/fleet/api/packages.ts');
  const { readWhole } = await import('./read-pages.ts');
  const { print, printJson, printTable } = await import('./output/print.ts');
  const client = await connect(options);
  const input = { limit: 1000, ...(search === undefined ? {} : { search }), ...classOf(options) };
  const answer = await readWhole('packages', (page) => client.ask(listPackages, { ...input, ...page }));
  if (options.json === true) return printJson(answer);
  const found = answer.packages;
  if (found.length === 0) return print(['no host that has reported has such a package']);
  const rows = found.map((each) => [each.name, each.system, String(each.hosts), String(each.versions), each.summary]);
  printTable(['PACKAGE', 'SYSTEM', 'HOSTS', 'VERSIONS', 'SUMMARY'], rows);
}

async function versionsOf(name: string, options: PackagesOptions): Promise<void> {
  const { packageVersions } = await import('../../contract/fleet/api/packages.ts');
  const { print, printJson, printTable } = await import('./output/print.ts');
  const client = await connect(options);
  const answer = await client.ask(packageVersions, { package: name, ...classOf(options) });
  if (options.json === true) return printJson(answer);
  if (answer.versions.length === 0) return print([`no host that has reported has ${name}`]);
  const rows = answer.versions.map((each) => [
    each.version,
    each.arch,
    each.system,
    String(each.hosts),
    each.flags.join(', '),
    each.examples.join(' '),
  ]);
  printTable(['VERSION', 'ARCH', 'SYSTEM', 'HOSTS', 'FLAGS', 'SUCH AS'], rows);
}

async function hostsWith(name: string, options: PackagesOptions): Promise<void> {
  const { hostsWithPackage } = await import('../../contract/fleet/api/hosts-with-package.ts');
  const { readWhole } = await import('./read-pages.ts');
  const { print, printJson, printTable } = await import('./output/print.ts');
  const { older, newer } = options;
  const client = await connect(options);
  const input = {
    package: name,
    ...classOf(options),
    ...(older === undefined ? {} : { older }),
    ...(newer === undefined ? {} : { newer }),
  };
  const answer = await readWhole('hosts', (page) => client.ask(hostsWithPackage, { ...input, ...page }));
  if (options.json === true) return printJson(answer);
  const found = answer.hosts;
  if (found.length === 0) return print(['no host that has reported has it so']);
  const rows = found.flatMap(({ host, packages: has }) =>
    has.map((each) => [host, each.name, each.version, each.arch, each.flags.join(', ')]),
  );
  printTable(['HOST', 'PACKAGE', 'VERSION', 'ARCH', 'FLAGS'], rows);
}

async function ofHost(host: string, search: string | undefined, options: PackagesOptions): Promise<void> {
  const { hostPackages } = await import('../../contract/fleet/api/host-packages.ts');
  const { printJson, printTable } = await import('./output/print.ts');
  const client = await connect(options);
  const pattern = search === undefined || /[*?]/.test(search) ? search : `*${search}*`;
  const answer = await client.ask(hostPackages, {
    host,
    ...(pattern === undefined ? {} : { package: pattern }),
    ...(options.candidates === true ? { kind: 'candidates' } : {}),
  });
  if (options.json === true) return printJson(answer);
  const rows = answer.packages.map((each) => [each.name, each.version, each.arch, each.flags.join(', ')]);
  printTable(['PACKAGE', 'VERSION', 'ARCH', 'FLAGS'], rows);
}

const helpOf = (path: string): string => `
Examples:
  gutinteg fleet ${path} ssh --site ~/site
  gutinteg fleet ${path} 'lib*' --host web1
  gutinteg fleet ${path} openssl --versions
  gutinteg fleet ${path} openssl --older 3.0.9-1 --json
`;
