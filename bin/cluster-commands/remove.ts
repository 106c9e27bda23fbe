import type { Command } from 'commander';
import type { RemovePlan } from '../../update-cluster/plan-remove.ts';

type RemoveOptions = {
  readonly master?: true;
  readonly hostname?: string[];
  readonly ip?: string[];
  readonly mac?: string[];
  readonly file?: string;
  readonly inPlace?: true;
};

/** `update-cluster-remove [--master] [--hostname NAME…] <XML`. */
export function defineRemove(program: Command): Command {
  return program
    .description('Prints cluster.xml indented, without some of its hosts; without options all of it.')
    .option('--master', 'without hosts whose notes have the word master')
    .option('--hostname <values...>', 'without hosts of these names')
    .option('--ip <values...>', 'without hosts of these IP addresses')
    .option('--mac <values...>', 'without hosts of these MAC addresses, in any usual spelling')
    .option('--file <file>', 'read this file instead of standard input')
    .option('--in-place', 'write the file instead of printing: --file, $CLUSTERXML, /etc/update-cluster/cluster.xml')
    .showHelpAfterError('(update-cluster-remove --help says how it is used)')
    .addHelpText('after', REMOVE_HELP)
    .action(remove);
}

async function remove(options: RemoveOptions): Promise<void> {
  const { planRemove } = await import('../../update-cluster/plan-remove.ts');
  const { master = false, hostname = [], ip = [], mac = [], file, inPlace } = options;
  const asked = { master, hostname, ip, mac };
  const isFilter = master || [hostname, ip, mac].some((values) => values.length > 0);
  if (inPlace === true) {
    // What is named goes, and nothing else changes; without a name there is nothing but the format to change.
    await removeInPlace(file, (bytes, where) => planRemove(bytes, where, { ...asked, reformat: !isFilter }));
    return;
  }
  const { readClusterFile, readStandardInput, STANDARD_INPUT } =
    await import('../../update-cluster/read-cluster-file.ts');
  const { encodeDocument } = await import('../../update-cluster/document/decode-document.ts');
  const bytes = file === undefined ? await readStandardInput() : readClusterFile(file);
  const plan = planRemove(bytes, file ?? STANDARD_INPUT, { ...asked, reformat: true });
  await report(plan);
  process.stdout.write(encodeDocument(plan.text, plan.encoding));
}

async function removeInPlace(
  option: string | undefined,
  planEdit: (bytes: Buffer, where: string) => RemovePlan,
): Promise<void> {
  const { editClusterFile } = await import('../../update-cluster/edit-cluster-file.ts');
  const { findClusterFile, readClusterFile } = await import('../../update-cluster/read-cluster-file.ts');
  const file = findClusterFile(option);
  const { plan } = await editClusterFile(file, (bytes) => {
    // Reading what is missing says so.
    const before = bytes ?? readClusterFile(file);
    const made = planEdit(before, file);
    return { plan: made, changed: made };
  });
  await report(plan);
  const { countOf } = await import('../../machdb/views/printable.ts');
  process.stdout.write(`removed ${countOf(plan.removedCount, 'host')} from ${file}\n`);
}

async function report({ warnings, missing }: RemovePlan): Promise<void> {
  const { printWarnings } = await import('./print-warnings.ts');
  printWarnings(warnings);
  for (const what of missing) process.stderr.write(`warning: no host has the ${what}\n`);
}

const REMOVE_HELP = `
Examples:
  update-cluster-remove <cluster.xml                    the same, indented, fields in the usual order
  update-cluster-remove --master <"$CLUSTERXML" | update-cluster-parseconfig ip
  update-cluster-remove --hostname node1 node2 --mac aa-bb-c0-d2-e4-f6 --file cluster.xml
  update-cluster-remove --in-place --hostname node1

With --in-place all bytes but those of the hosts stay as they are, unless no host is named. Comments stay. A name that no
host has is a warning. Guide: docs/update-cluster.md

Exit codes: 0 done, 1 the file could not be read or written, 2 it is not a sound cluster.xml, or bad usage`;
