import { resolve } from 'node:path';
import { Option } from 'commander';
import type { Command } from 'commander';
import { architectureNames, busNames, firmwareNames, mediaNames, nicNames } from '../../lib/virtual-hardware.ts';
import type { HardwareKind } from '../../lib/virtual-hardware.ts';

type RehearseOptions = {
  readonly site: string;
  readonly state?: string;
  readonly disk: string;
  readonly memory: string;
  readonly cpus: string;
  readonly accel: 'tcg' | 'kvm';
  readonly firmware?: HardwareKind['firmware'];
  readonly arch?: HardwareKind['architecture'];
  readonly bus?: HardwareKind['bus'];
  readonly nic?: HardwareKind['nic'];
  readonly from?: HardwareKind['media'];
  readonly medium?: string;
  readonly login?: true;
  readonly recordPackets?: true;
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
    .addOption(
      new Option(
        '--firmware <name>',
        'firmware of the machine; secure is a UEFI with Secure Boot (default: bios)',
      ).choices(firmwareNames),
    )
    .addOption(new Option('--arch <name>', 'its architecture (default: ARCH of its record)').choices(architectureNames))
    .addOption(new Option('--bus <name>', 'what its disks hang on (default: virtio)').choices(busNames))
    .addOption(new Option('--nic <name>', 'its network cards (default: virtio)').choices(nicNames))
    .addOption(new Option('--from <medium>', 'what it boots from (default: network)').choices(mediaNames))
    .option('--medium <file>', 'the image on the stick or CD')
    .option('--login', 'at the end root logs in by SSH, with a key of the run that ROOT_KEYS of the machine gets')
    .option('--record-packets', 'keep the packets of each start, in pcap format')
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
    hardware: await hardwareOf(options),
    ...(options.medium === undefined ? {} : { medium: resolve(options.medium) }),
    logIn: options.login === true,
    recordPackets: options.recordPackets === true,
    json: options.json === true,
    keep: options.keep === true,
  });
}

/** Only what was given: the rest is of the record, or the default. */
async function hardwareOf(options: RehearseOptions): Promise<Partial<HardwareKind>> {
  const { UserError } = await import('../../lib/errors.ts');
  const { firmware, arch, bus, nic, from } = options;
  const needsImage = from === 'stick' || from === 'cd';
  if (needsImage !== (options.medium !== undefined))
    throw new UserError('--medium FILE and --from stick or --from cd belong together', { exitCode: 2 });
  return {
    ...(firmware === undefined ? {} : { firmware }),
    ...(arch === undefined ? {} : { architecture: arch }),
    ...(bus === undefined ? {} : { bus }),
    ...(nic === undefined ? {} : { nic }),
    ...(from === undefined ? {} : { media: from }),
  };
}

const REHEARSE_HELP = `
Needs root and /dev/net/tun. Everything happens in a network namespace of its own; nothing outside it is touched.
The verdict and the serial logs are kept in STATE/rehearsals/HOST.

Exit codes: 0 as described, 1 an expectation is not met or the rehearsal failed, 2 bad input.

Examples:
  gutinteg rehearse lab01 --site examples/lab --state /tmp/lab
  gutinteg rehearse lab01 --site examples/lab --state /tmp/lab --keep
  gutinteg rehearse lab01 --site examples/lab --state /tmp/lab --bus nvme --nic e1000
`;
