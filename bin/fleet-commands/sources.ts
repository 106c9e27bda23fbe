// `gutinteg fleet sources`: where packages of hosts come from. In: options. Out: what a host has; a job that sets or takes away a source.
// Never: prints a password of a URL.
import type { Command } from 'commander';
import { connect } from './fleet-options.ts';
import { addChangeOptions } from './jobs/add-change-commands.ts';
import type { MakeChangeOptions } from './jobs/make-change.ts';
import { addWaitOptions, WAIT_HELP } from './wait-options.ts';
import type { WaitOptions } from './wait-options.ts';

type SetOptions = MakeChangeOptions & { readonly file: string; readonly key?: string };

/** `gutinteg fleet sources list|set|remove`; `addrep`, as NWU called the second. */
export function addFleetSourcesCommands(fleet: Command): void {
  const sources = fleet.command('sources').description('where packages of hosts come from');
  addListSources(sources.command('list'), 'sources list');
  addSetSource(sources.command('set'), 'sources set');
  addSetSource(fleet.command('addrep', { hidden: true }), 'addrep');
  const remove = sources.command('remove').description('take a source and its key from hosts').argument('<name>');
  addChangeOptions(remove).addHelpText('after', REMOVE_HELP).action(removeSource);
}

export function addListSources(command: Command, path: string): void {
  addWaitOptions(command)
    .description('show the files of sources that a host has')
    .argument('<host>')
    .addHelpText('after', `${WAIT_HELP}\nExamples:\n  gutinteg fleet ${path} web1 --site ~/site\n`)
    .action(list);
}

function addSetSource(command: Command, path: string): void {
  const set = command
    .description('give hosts a source of packages, in a file of its own')
    .argument('<name>', 'of the file below sources.list.d or yum.repos.d')
    .requiredOption('--file <file>', 'deb822 for apt (Types, URIs, Suites, Components), a .repo for dnf')
    .option('--key <file>', 'the OpenPGP key that signs it, in ASCII armour; only this source trusts it');
  addChangeOptions(set).addHelpText('after', setHelp(path)).action(setSource);
}

async function list(host: string, options: WaitOptions): Promise<void> {
  const { print, printJson } = await import('./output/print.ts');
  const { sourceLines } = await import('./output/task-text.ts');
  const { askHostAndWait } = await import('./ask-host.ts');
  const client = await connect(options);
  const task = { kind: 'sources' } as const;
  const asked = await askHostAndWait({ client, host, task, isWaited: options.wait, timeoutSeconds: options.timeout });
  if (asked.answer?.kind !== 'sources') {
    return print([`${host} is asked at its next check-in; gutinteg fleet task ${asked.task} shows the answer then`]);
  }
  if (options.json === true) return printJson(asked.answer.sources);
  print(sourceLines(asked.answer));
}

async function setSource(name: string, options: SetOptions): Promise<void> {
  const { parseSource } = await import('./jobs/parse-source.ts');
  const { readNamedFile } = await import('./read-named-file.ts');
  const { makeChange } = await import('./jobs/make-change.ts');
  const text = await readNamedFile(options.file, '--file');
  const key = options.key === undefined ? undefined : await readNamedFile(options.key, '--key');
  await makeChange(parseSource({ name, text, key, file: options.file }), options);
}

async function removeSource(name: string, options: MakeChangeOptions): Promise<void> {
  const { parseSourceName } = await import('./jobs/parse-source.ts');
  const { makeChange } = await import('./jobs/make-change.ts');
  await makeChange({ do: 'remove-source', name: parseSourceName(name) }, options);
}

const setHelp = (path: string): string => `
The file is checked before, and again on each host. Where the lists of the source cannot be fetched, or the key does not fit, the host
has what it had before. Hosts of the other package system refuse it: name hosts by a class such as os=debian.

Examples:
  gutinteg fleet ${path} lab --file lab.sources --key lab.asc --class north-web --test-first web1
  gutinteg fleet ${path} lab --file lab.repo --key lab.asc --host db1
`;

const REMOVE_HELP = `
Examples:
  gutinteg fleet sources remove lab --class north-web
`;
