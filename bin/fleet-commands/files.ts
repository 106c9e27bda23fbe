import type { Command } from 'commander';
import { connect } from './fleet-options.ts';
import { addWaitOptions, WAIT_HELP } from './wait-options.ts';
import type { WaitOptions } from './wait-options.ts';

type FilesOptions = WaitOptions & { readonly changed?: true };

/** `gutinteg fleet files PACKAGE HOST` and `details PACKAGE HOST`. */
export function addFleetFilesCommands(fleet: Command): void {
  addWaitOptions(fleet.command('files'))
    .description("list a package's files on a host, with their owner, size and whether they are as installed")
    .argument('<package-name>')
    .argument('<host>')
    .option('--changed', 'only those that are not as installed')
    .addHelpText('after', FILES_HELP)
    .action(files);
  addWaitOptions(fleet.command('details'))
    .description("show a package's description on a host, with its class, vendor and size")
    .argument('<package-name>')
    .argument('<host>')
    .addHelpText('after', DETAILS_HELP)
    .action(details);
}

async function ask(kind: 'files' | 'details', name: string, host: string, options: WaitOptions) {
  const { askHostAndWait } = await import('./ask-host.ts');
  const client = await connect(options);
  const task = { kind, package: name };
  const asking = { client, host, task, isWaited: options.wait, timeoutSeconds: options.timeout };
  return await askHostAndWait(asking);
}

async function files(name: string, host: string, options: FilesOptions): Promise<void> {
  const { print, printJson, printTable } = await import('./output/print.ts');
  const { countFiles, FILE_HEADER, fileCells } = await import('./output/task-text.ts');
  const { answer, task } = await ask('files', name, host, options);
  if (answer?.kind !== 'files') return print([askedText(host, task)]);
  const wrong = answer.files.filter(({ status }) => status === 'changed' || status === 'missing');
  if (wrong.length > 0) process.exitCode = 3;
  const shown = options.changed === true ? wrong : answer.files;
  if (options.json === true) return printJson({ ...answer, files: shown });
  if (shown.length > 0) printTable(FILE_HEADER, shown.map(fileCells));
  print([countFiles(answer)]);
}

async function details(name: string, host: string, options: WaitOptions): Promise<void> {
  const { print, printJson } = await import('./output/print.ts');
  const { detailLines } = await import('./output/task-text.ts');
  const { answer, task } = await ask('details', name, host, options);
  if (answer?.kind !== 'details') return print([askedText(host, task)]);
  if (options.json === true) return printJson(answer.details);
  print(detailLines(answer));
}

const askedText = (host: string, task: number): string =>
  `${host} is asked at its next check-in; gutinteg fleet task ${task} shows the answer when it has come`;

const FILES_HELP = `${WAIT_HELP}
Exit codes: 0 all are as installed, 1 the host could not be asked, 2 bad input, 3 some are not

Examples:
  gutinteg fleet files openssh-server web1 --site ~/site
  gutinteg fleet files openssh-server web1 --changed --json
`;

const DETAILS_HELP = `${WAIT_HELP}
Examples:
  gutinteg fleet details openssh-server web1 --site ~/site
`;
