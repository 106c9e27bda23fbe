// A fleet as users have it: the server's own process, hosts of dpkg and rpm with roots and networks of their own, on which
// gutinteg-fleet is installed from its real package, and the commands. In: repositories. Out: hosts to change and questions to ask.
// Never: shares anything with the computer that it runs on but its programs. Needs root.
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../../../lib/run-command.ts';
import type { CommandResult } from '../../../lib/run-command.ts';
import { agentPackage } from '../../../netboot/agent/agent-package.ts';
import { writeFleetPackage } from '../../../netboot/agent/fleet-package/write-fleet-package.ts';
import { loadOrCreateSiteKey } from '../../../packagelink/manifests/keys.ts';
import { openStore } from '../../../packagelink/store/store.ts';
import type { DebRepository } from '../package-hosts/deb-repository.ts';
import { makeDpkgHost } from '../package-hosts/dpkg-host.ts';
import type { OverlayRoot } from '../package-hosts/overlay-root.ts';
import { makeRpmHost } from '../package-hosts/rpm-host.ts';
import type { RpmRepository } from '../package-hosts/rpm-repository.ts';
import { agentBinds, publishFleetAgent } from '../publish-fleet-agent.ts';
import { labHost, prefixOf, writeEnter } from './lab-host.ts';
import type { LabHost } from './lab-host.ts';
import { makeLabNetwork } from './lab-network.ts';
import { startFleetServer } from './start-fleet-server.ts';
import type { ServerProcess } from './start-fleet-server.ts';

const program = join(import.meta.dirname, '../../../bin/gutinteg');

/** What a command says while it waits for hosts. */
const WAITS = /planning|\bdue\b|\basked\b|^waiting for /;

const ANSWERS = { okExitCodes: [0, 1, 2, 3], timeoutMs: 120_000 };

type HostsWanted<Repository> = {
  readonly names: readonly string[];
  readonly repository: Repository;
  /** What all of them have, besides gutinteg-fleet. */
  readonly install: readonly string[];
  /** Changes the host that they are made from. */
  readonly prepare?: (base: OverlayRoot) => Promise<void>;
};

type Clones = Pick<HostsWanted<unknown>, 'names' | 'prepare'>;

export type FleetLab = {
  readonly directory: string;
  /** Runs `gutinteg fleet WORDS…` on the server's computer, as root. All of its exit codes are answers. */
  readonly fleet: (...words: readonly string[]) => Promise<CommandResult>;
  /** The same for a command that waits for hosts: `meanwhile` is done once it has said for whom it waits. */
  readonly fleetMeanwhile: (words: readonly string[], meanwhile: () => Promise<unknown>) => Promise<CommandResult>;
  readonly server: () => ServerProcess;
  /** Kills the server, and starts it again with the same state. */
  readonly restartServer: () => Promise<void>;
  /** Hosts that are alike; the repository has what gutinteg-fleet depends on (`agentNeeds`). Takes some seconds, and 0.3 s a host. */
  readonly addDpkgHosts: (wanted: HostsWanted<DebRepository>) => Promise<LabHost[]>;
  readonly addRpmHosts: (wanted: HostsWanted<RpmRepository>) => Promise<LabHost[]>;
};

/** Packages that the hosts' own systems would have: gutinteg-fleet depends on them. */
export const agentNeeds = {
  deb: [
    { name: 'util-linux', version: '2.38.1-5' },
    { name: 'passwd', version: '1:4.13-1' },
  ],
  rpm: [{ name: 'lab-system', version: '1.0', tags: { Provides: '/bin/sh, /usr/bin/flock, /usr/sbin/useradd' } }],
} as const;

/** Takes about 5 s. Everything goes away with the stack. */
export async function makeFleetLab(stack: AsyncDisposableStack): Promise<FleetLab> {
  const directory = await mkdtemp(join(tmpdir(), 'gutinteg-fleet-lab-'));
  stack.defer(async () => rm(directory, { recursive: true }));
  const network = await makeLabNetwork(stack);
  const [stateDir, shared] = [join(directory, 'state'), join(directory, 'shared')];
  await runCommand(['chmod', '0711', directory]);
  await mkdir(shared);
  const enter = await writeEnter(directory);
  const place = { stateDir, namespace: network.namespace, address: network.address };
  const packages = writeAgentPackages(stateDir, shared);
  let server = await packages.then(() => startFleetServer(place));
  stack.defer(() => server.kill('SIGTERM'));
  await cp(server.certificate, join(shared, 'certificate.pem'));
  const binds = { ...agentBinds, '/srv/fleet': shared };
  const addClones = async (made: OverlayRoot, { names, prepare }: Clones): Promise<LabHost[]> => {
    const base = stack.use(made);
    await prepare?.(base);
    const hosts: LabHost[] = [];
    for (const name of names) {
      const namespace = await network.join(name);
      const place = { directory: join(directory, name), prefix: prefixOf(namespace, enter, name) };
      const overlay = stack.use(await base.clone(place));
      hosts.push(labHost({ name, namespace, overlay, url: server.url }));
    }
    return hosts;
  };
  let bases = 0;
  const newBase = (): string => join(directory, `base-${(bases += 1)}`);
  return {
    directory,
    fleet: (...words) => runCommand([program, 'fleet', ...words, '--state', stateDir], ANSWERS),
    fleetMeanwhile: async (words, meanwhile) => {
      const { promise: waits, resolve } = Promise.withResolvers<void>();
      const onLine = (line: string): void => void (WAITS.test(line) && resolve());
      const answer = runCommand([program, 'fleet', ...words, '--state', stateDir], { ...ANSWERS, onLine });
      // One that ends without waiting needs nothing done.
      await Promise.race([waits, answer]);
      await meanwhile();
      return answer;
    },
    server: () => server,
    restartServer: async () => {
      await server.kill('SIGKILL');
      server = await startFleetServer(place);
    },
    addDpkgHosts: async ({ repository, ...wanted }) => {
      const install = [...wanted.install, '/srv/fleet/gutinteg-fleet.deb'];
      return addClones(await makeDpkgHost({ directory: newBase(), repository, binds, install }), wanted);
    },
    addRpmHosts: async ({ repository, ...wanted }) => {
      const install = [...wanted.install, '/srv/fleet/gutinteg-fleet.rpm'];
      const base = await makeRpmHost({ directory: newBase(), repository, binds, install });
      await writeFile(join(base.root, 'etc/os-release'), 'ID=fedora\nVERSION_ID=41\n');
      return addClones(base, wanted);
    },
  };
}

async function writeAgentPackages(stateDir: string, shared: string): Promise<void> {
  await mkdir(stateDir);
  await publishFleetAgent(stateDir);
  const { publicKey } = await loadOrCreateSiteKey(stateDir);
  const agent = { store: openStore(join(stateDir, 'store')), name: agentPackage('amd64'), publicKey };
  for (const end of ['deb', 'rpm']) {
    const file = join(shared, `gutinteg-fleet.${end}`);
    await writeFleetPackage({ ...agent, architecture: 'amd64', file, nowMs: Date.now() });
  }
}
