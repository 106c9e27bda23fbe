import { Argument } from 'commander';
import type { Command } from 'commander';
import { fieldNames } from '../../update-cluster/document/fields.ts';
import type { FieldName } from '../../update-cluster/document/fields.ts';

type ParseconfigOptions = { readonly file?: string; readonly empty: string };

/** `update-cluster-parseconfig FIELD… <XML`, which was once called `update-cluster`. */
export function defineParseconfig(program: Command): Command {
  return program
    .description('Prints fields of every host in cluster.xml, one line for each host.')
    .addArgument(new Argument('<fields...>', 'fields, in the order of the columns').choices(fieldNames))
    .option('--file <file>', 'read this file instead of standard input')
    .option('--empty <word>', 'what stands for a field that a host lacks', '-')
    .showHelpAfterError(`(${program.name()} --help says how it is used)`)
    .addHelpText('after', parseconfigHelp(program.name()))
    .action(parseconfig);
}

async function parseconfig(fields: FieldName[], { file, empty }: ParseconfigOptions): Promise<void> {
  const { readClusterFile, readStandardInput, STANDARD_INPUT } =
    await import('../../update-cluster/read-cluster-file.ts');
  const { planColumns } = await import('../../update-cluster/plan-parseconfig.ts');
  const { printWarnings } = await import('./print-warnings.ts');
  if (/^$|[\s\p{Cc}]/u.test(empty)) {
    const { UserError } = await import('../../lib/errors.ts');
    throw new UserError('--empty needs one word without white space', { exitCode: 2 });
  }
  const bytes = file === undefined ? await readStandardInput() : readClusterFile(file);
  const { text, warnings } = planColumns({ bytes, where: file ?? STANDARD_INPUT, fields, empty });
  printWarnings(warnings);
  process.stdout.write(text);
}

function parseconfigHelp(name: string): string {
  return `
Examples:
  ${name} hostname <"$CLUSTERXML" >/etc/dsh/machines.list
  ${name} ip hostname --file /etc/update-cluster/cluster.xml
  ${name} mac ip --empty none <cluster.xml

Nothing is printed before all of the file has been read and is sound. A value with white space in it is refused, as it
would become two columns. Guide: docs/update-cluster.md

Exit codes: 0 printed, 1 the input could not be read, 2 it is not a sound cluster.xml, or bad usage`;
}
