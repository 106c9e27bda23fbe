import { Option } from 'commander';
import type { Command } from 'commander';
import { architectureNames } from '../../lib/architecture.ts';

type Options = { readonly out: string; readonly arch: string; readonly site: string; readonly state?: string };

/** `gutinteg fleet agent-package`. */
export function addFleetAgentPackageCommand(fleet: Command): void {
  fleet
    .command('agent-package')
    .description('write gutinteg-fleet as a package, for hosts that gutinteg did not install')
    .requiredOption('--out <file>', 'the file to write; it ends in .deb, .rpm or .tar.zst')
    .addOption(new Option('--arch <name>', 'architecture of the hosts').choices(architectureNames).default('amd64'))
    .option('--site <dir>', 'site directory', '.')
    .option('--state <dir>', 'state directory, instead of the one in site.yaml')
    .addHelpText('after', HELP)
    .action(writePackage);
}

async function writePackage({ out, arch, site, state }: Options): Promise<void> {
  const { agentPackage } = await import('../../netboot/agent/agent-package.ts');
  const { writeFleetPackage } = await import('../../netboot/agent/fleet-package/write-fleet-package.ts');
  const { openPreparedStore } = await import('../open-site-state.ts');
  const { store, key } = await openPreparedStore({ site, ...(state === undefined ? {} : { state }) });
  await writeFleetPackage({
    store,
    name: agentPackage(arch),
    publicKey: key.publicKey,
    architecture: arch,
    file: out,
    nowMs: Date.now(),
  });
}

const HELP = `
The program and its Node are those of the package gutinteg-agent@ARCH, which 'gutinteg prepare' makes; its signature is checked with
the site's key. The host needs nothing but dpkg or rpm and flock. Machines that gutinteg installs have the program already.

Examples:
  gutinteg fleet agent-package --out gutinteg-fleet.deb --site /srv/site
  apt-get install ./gutinteg-fleet.deb    on the host, and then: gutinteg-fleet enrol --help
  gutinteg fleet agent-package --out gutinteg-fleet.rpm --site /srv/site
  dnf install ./gutinteg-fleet.rpm        on the host; rpm alone, from version 6, wants --nosignature
`;
