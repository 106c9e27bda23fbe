import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import { sha256Schema } from '../../../contract/fleet/jobs/action.ts';
import { addFleetOptions, connect } from '../fleet-options.ts';
import type { FleetOptions } from '../fleet-options.ts';
import type { BringOptions } from './bring-files.ts';

/** `gutinteg fleet file`. */
export function addFleetFileCommand(fleet: Command): void {
  const file = fleet.command('file').description('package files that the server keeps, for jobs that install them');
  addFleetOptions(file.command('list'))
    .description('list them, newest first')
    .addHelpText('after', exampleOf('list'))
    .action(list);
  const add = file
    .command('add')
    .description('send .deb and .rpm files, those of directories, or have the server fetch them from an address')
    .argument('<file...>', 'files, directories, or addresses with https://');
  for (const option of bringOptions()) add.addOption(option);
  addFleetOptions(add).addHelpText('after', exampleOf('add ./hello.deb ./packages/')).action(addFiles);
  addFleetOptions(file.command('show'))
    .description('show what is in one')
    .argument('<package-file>', 'its name, or the beginning of its SHA-256')
    .addHelpText('after', exampleOf('show hello_2.10-3_amd64.deb'))
    .action(show);
  addFleetOptions(file.command('remove'))
    .description('take one away; those that no job needs go by themselves after 30 days')
    .argument('<package-file>', 'its name, or the beginning of its SHA-256')
    .addHelpText('after', exampleOf('remove hello_2.10-3_amd64.deb'))
    .action(remove);
}

/** Of everything that brings files to the server. */
export const bringOptions = (): readonly Option[] => [
  new Option('--sha256 <sha256>', 'what the file of an address must have; http:// needs it').argParser(parseSha256),
  new Option(
    '--allow-private',
    "also from the server's own computer, and by redirection from private networks; admins only",
  ),
];

function parseSha256(text: string): string {
  const { success, data } = sha256Schema.safeParse(text.toLowerCase());
  if (success) return data;
  throw new InvalidArgumentError('It is not 64 hexadecimal digits.');
}

async function list(options: FleetOptions): Promise<void> {
  const { listPackageFiles } = await import('../../../contract/fleet/api/package-files.ts');
  const { print, printJson, printTable } = await import('../output/print.ts');
  const { FILE_HEADER, fileCells } = await import('./file-text.ts');
  const { megabytes } = await import('./bring-files.ts');
  const answer = await (await connect(options)).ask(listPackageFiles, {});
  if (options.json === true) return printJson(answer);
  if (answer.files.length > 0) printTable(FILE_HEADER, answer.files.map(fileCells));
  print([`${answer.files.length} package files, ${megabytes(answer.bytes)} of ${megabytes(answer.maxBytes)}`]);
}

async function addFiles(words: readonly string[], options: FleetOptions & BringOptions): Promise<void> {
  const { printJson, printTable } = await import('../output/print.ts');
  const { bringFiles } = await import('./bring-files.ts');
  const { collectFiles } = await import('./collect-files.ts');
  const { FILE_HEADER, fileCells } = await import('./file-text.ts');
  const brought = await bringFiles(await connect(options), await collectFiles(words), options);
  const files = brought.map(({ file }) => file);
  if (options.json === true) return printJson({ files });
  printTable(FILE_HEADER, files.map(fileCells));
}

async function show(file: string, options: FleetOptions): Promise<void> {
  const { showPackageFile } = await import('../../../contract/fleet/api/package-files.ts');
  const { print, printJson } = await import('../output/print.ts');
  const { fileLines } = await import('./file-text.ts');
  const answer = await (await connect(options)).ask(showPackageFile, { file });
  if (options.json === true) return printJson(answer);
  print(fileLines(answer));
}

async function remove(file: string, options: FleetOptions): Promise<void> {
  const { removePackageFile } = await import('../../../contract/fleet/api/package-files.ts');
  const { print, printJson } = await import('../output/print.ts');
  const answer = await (await connect(options)).ask(removePackageFile, { file });
  if (options.json === true) return printJson(answer);
  print([`${answer.fileName} was taken away`]);
}

const exampleOf = (words: string): string => `\nExamples:\n  gutinteg fleet file ${words} --site ~/site\n`;
