import { Option } from 'commander';
import type { Command } from 'commander';

type RehearseOptions = {
  readonly site: string;
  readonly state?: string;
  readonly disk: string;
  readonly memory: string;
  readonly cpus: string;
  readonly accel: 'tcg' | 'kvm';
  readonly json?: true;
  readonly keep?: true;
};

/** `gutinteg rehearse HOST`. */
export function addRehearseCommand(program: Command): void {
  program
    .command('rehearse')
    .description('install a machine of the site in a virtual machine, from its real record')
    .argument('<host>', 'name of the machine in the database')
    .option('--site <dir>', 'site directory', '.')
    .option('--state <dir>', 'state directory, instead of the one in site.yaml')
    .option('--disk <size>', 'size of each empty disk, such as 8G', '16G')
    .option('--memory <size>', 'memory of the machine', '1G')
    .option('--cpus <number>', 'processors of the machine', '2')
    .addOption(
      new Option('--accel <name>', 'tcg works everywhere; kvm is faster where it works')
        .choices(['tcg', 'kvm'])
        .default('tcg'),
    )
    .option('--json', 'print the verdict as JSON; what happens goes to standard error')
    .option('--keep', 'leave the machine running at the end and connect its console; Ctrl-] ends')
    .addHelpText('after', REHEARSE_HELP)
    .action(rehearse);
}

async function rehearse(host: string, options: RehearseOptions): Promise<void> {
  const { parseBytes, MiB } = await import('../../lib/bytes.ts');
  const { UserError } = await import('../../lib/errors.ts');
  const { runRehearsal } = await import('../../rehearse/run-rehearsal.ts');
  const bytes = (name: 'disk' | 'memory'): number => {
    const size = parseBytes(options[name]);
    if (size !== undefined && size >= 64 * MiB) return size;
    throw new UserError(`--${name} ${options[name]}: not a size of at least 64M, such as 8G`, { exitCode: 2 });
  };
  const cpus = Number(options.cpus);
  if (!Number.isInteger(cpus) || cpus < 1) throw new UserError(`--cpus ${options.cpus}: not a number`, { exitCode: 2 });
  await runRehearsal({
    host,
    siteDir: options.site,
    ...(options.state === undefined ? {} : { stateDir: options.state }),
    diskBytes: bytes('disk'),
    memoryMiB: Math.floor(bytes('memory') / MiB),
    cpus,
    accelerator: options.accel,
    json: options.json === true,
    keep: options.keep === true,
  });
}

const REHEARSE_HELP = `
Needs root and /dev/net/tun. Everything happens in a network namespace of its own; nothing outside it is touched.
The verdict and the serial logs are kept in STATE/rehearsals/HOST.

Exit codes: 0 as described, 1 an expectation is not met or the rehearsal failed, 2 bad input.

Examples:
  gutinteg rehearse lab01 --site examples/lab --state /tmp/lab
  gutinteg rehearse lab01 --site examples/lab --state /tmp/lab --keep
`;
