import type { Command } from 'commander';
import type { HostValues } from '../../update-cluster/document/cluster-document.ts';

type AddOptions = {
  readonly ip?: string;
  readonly mac?: string;
  readonly hostname?: string;
  readonly notes?: string;
  readonly bootmaster?: string;
  readonly file?: string;
  readonly replace?: true;
};

/** `update-cluster-add --ip IP --mac MAC --hostname NAME`. */
export function defineAdd(program: Command): Command {
  return program
    .description('Appends a host to cluster.xml; everything else in the file stays as it is.')
    .option('--ip <value>', 'IP address')
    .option('--mac <value>', 'MAC address, in any usual spelling')
    .option('--hostname <value>', 'host name')
    .option('--notes <words>', "words; 'master' makes it the master node")
    .option('--bootmaster <value>', 'IP address of the master that it boots from')
    .option('--replace', 'update the host that has this address or name, if there is one')
    .option('--file <file>', '$CLUSTERXML, or else /etc/update-cluster/cluster.xml')
    .showHelpAfterError('(update-cluster-add --help says how it is used)')
    .addHelpText('after', ADD_HELP)
    .action(add);
}

async function add(options: AddOptions): Promise<void> {
  const { parseHostOptions } = await import('../../update-cluster/parse-host-options.ts');
  const { editClusterFile } = await import('../../update-cluster/edit-cluster-file.ts');
  const { findClusterFile } = await import('../../update-cluster/read-cluster-file.ts');
  const { planAdd } = await import('../../update-cluster/plan-add.ts');
  const { printWarnings } = await import('./print-warnings.ts');
  const values = parseHostOptions(options);
  const file = findClusterFile(options.file);
  const plan = await editClusterFile(file, (bytes) =>
    planAdd({ bytes, where: file, values, replace: options.replace === true }),
  );
  printWarnings(plan.warnings);
  process.stdout.write(`${plan.action} ${describe(plan.values)} in ${file}\n`);
}

function describe({ hostname, ip, mac }: HostValues): string {
  return [hostname, ip, mac].filter((value) => value !== undefined).join(' ');
}

const ADD_HELP = `
Examples:
  update-cluster-add --ip 192.168.1.1 --mac aa:bb:c0:d2:e4:f6 --hostname master --notes master
  update-cluster-add --ip 192.168.1.2 --mac AABB.C0D2.E4F7 --hostname node1 --bootmaster 192.168.1.1
  update-cluster-add --replace --hostname node1 --ip 192.168.1.9

A host needs --ip, --mac and --hostname; none of them may be that of another host, in whatever spelling. With --replace
one of them is enough to find the host; fields that are not named stay, and --notes '' or --bootmaster '' takes one
away. A file that is missing is made. The file is locked, and a reader sees the old one or the new one. Guide:
docs/update-cluster.md

Exit codes: 0 done, 1 the file could not be read or written, 2 bad input, or the address or name is taken`;
