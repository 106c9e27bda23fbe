// A directory that stands for a machine, its agent as real processes, and the real server on loopback, which can go away.
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { openMachines, openSiteState } from '../../bin/open-site-state.ts';
import { createLog } from '../../lib/log.ts';
import { runCommand } from '../../lib/run-command.ts';
import type { Argv, CommandResult } from '../../lib/run-command.ts';
import { agentPackage } from '../../netboot/agent/agent-package.ts';
import { createControlClient } from '../../netboot/control-client.ts';
import type { ControlClient } from '../../netboot/control-client.ts';
import { bundleInstaller } from '../../netboot/ramdisk/bundle.ts';
import type { OnFleetKey } from '../../netboot/fleet-keys.ts';
import { startNetboot } from '../../netboot/serve.ts';
import { loadOrCreateSiteKey } from '../../packagelink/manifests/keys.ts';
import { publishTree } from '../../packagelink/publish/publish.ts';
import { openStore } from '../../packagelink/store/store.ts';
import { makeSmallSite } from '../helpers/small-site.ts';
import type { SmallSite } from '../helpers/small-site.ts';

const repository = join(import.meta.dirname, '../..');
/** Of the example site. */
export const HOST = 'lab02';
export const MAC = '52:54:00:77:00:02';

export type NightlyLab = {
  readonly site: SmallSite;
  /** The machine's root. */
  readonly root: string;
  readonly url: string;
  readonly control: ControlClient;
  readonly stopServer: () => Promise<void>;
  readonly startServer: () => Promise<void>;
  /** Runs the machine's /usr/bin/gutinteg; every exit code is an answer. */
  readonly agent: (words: readonly string[], stdin?: string) => Promise<CommandResult>;
  /** Publishes an agent of that version: the real one, with this text before or instead of the program. */
  readonly publishAgent: (version: string, text?: { before?: string; instead?: string }) => Promise<void>;
  readonly text: (path: string) => Promise<string>;
  readonly edit: (path: string, text: string) => Promise<void>;
  /** Claims the machine and adopts it. */
  readonly adopt: () => Promise<CommandResult>;
};

let bundle: Promise<{ code: Uint8Array }> | undefined;

export async function makeNightlyLab(
  stack: AsyncDisposableStack,
  options: { onFleetKey?: OnFleetKey } = {},
): Promise<NightlyLab> {
  const site = await makeSmallSite(stack);
  const root = await mkdtemp(join(tmpdir(), 'gutinteg-machine-'));
  stack.defer(async () => rm(root, { recursive: true, force: true }));
  bundle ??= bundleInstaller(join(repository, 'installer/agent.ts'));
  const { code } = await bundle;
  const publishAgent = agentPublisher(stack, { site, root, code });
  await publishAgent('one');
  await installByHand(site, root);
  const { url, startServer, stopServer } = await makeServer(stack, site, options);
  const control = createControlClient(site.stateDir);
  const edit = async (path: string, text: string): Promise<void> => put(join(root, path), text);
  const agent = async (words: readonly string[], stdin = ''): Promise<CommandResult> => {
    const argv: Argv = [join(root, 'usr/bin/gutinteg'), ...words, '--root', root];
    return runCommand(argv, { okExitCodes: [0, 1, 2, 3, 4, 5, 9], timeoutMs: 60_000, stdin });
  };
  const adopt = async (): Promise<CommandResult> => {
    const { token, fingerprints, serverUrl } = await control.claim(HOST);
    const keys = fingerprints.flatMap((fingerprint) => ['--key', fingerprint]);
    return agent(['adopt', '--server', serverUrl, ...keys, '--mac', MAC], `${HOST}\n${token}\n`);
  };
  const text = async (path: string): Promise<string> => readFile(join(root, path), 'utf8');
  return { site, root, url, control, startServer, stopServer, agent, publishAgent, text, edit, adopt };
}

/** A system that somebody else has installed, and the agent as an administrator brings it there. */
async function installByHand(site: SmallSite, root: string): Promise<void> {
  await put(join(root, 'etc/fstab'), 'UUID=by-hand / ext4 defaults 0 1\n');
  await put(join(root, 'etc/default/grub.d/gutinteg.cfg'), 'GRUB_CMDLINE_LINUX="by hand"\n');
  await put(join(root, 'etc/issue'), 'by hand\n');
  await put(join(root, 'etc/passwd'), 'root:x:0:0::/root:/bin/sh\nme:x:1000:1000::/home/me:/bin/sh\n');
  await mkdir(join(root, 'run'));
  const tar = join(site.stateDir, 'agent.tar');
  const done = await site.run('gutinteg', 'agent', tar, '--state', site.stateDir);
  if (done.exitCode !== 0) throw new Error(done.stderr);
  await runCommand(['tar', '-C', root, '-xf', tar]);
}

function agentPublisher(
  stack: AsyncDisposableStack,
  { site, root, code }: { site: SmallSite; root: string; code: Uint8Array },
): NightlyLab['publishAgent'] {
  return async (version, { before = '', instead } = {}) => {
    const tree = await mkdtemp(join(tmpdir(), 'gutinteg-agent-tree-'));
    stack.defer(async () => rm(tree, { recursive: true, force: true }));
    const dir = join(tree, 'usr/lib/gutinteg/agent');
    await put(join(dir, 'node'), `#!/bin/sh\nexec ${process.execPath} "$@"\n`, 0o755);
    await put(join(dir, 'agent.mjs'), instead ?? before + new TextDecoder().decode(code));
    await put(join(dir, 'VERSION'), `${version}\n`);
    await put(join(dir, 'lib/libstand-in.so.1'), 'stand-in');
    const wrapper = await readFile(join(repository, 'netboot/agent/files/gutinteg'), 'utf8');
    const moved = wrapper.replace('\nlib=/usr/lib/gutinteg\n', `\nlib=${root}/usr/lib/gutinteg\n`);
    if (moved === wrapper) throw new Error('the wrapper has no such line');
    await put(join(tree, 'usr/bin/gutinteg'), moved, 0o755);
    const { privateKey: signingKey } = await loadOrCreateSiteKey(site.stateDir);
    const store = openStore(join(site.stateDir, 'store'));
    await publishTree({ store, name: agentPackage('amd64'), tree, kind: 'site', signingKey });
  };
}

async function makeServer(stack: AsyncDisposableStack, site: SmallSite, options: { onFleetKey?: OnFleetKey }) {
  const ports = { httpPort: await freePort(), dhcpPort: await freePort(), dhcpClientPort: await freePort() };
  let stopServer = async (): Promise<void> => {};
  const startServer = async (): Promise<void> => {
    const state = await openSiteState(site.siteDir, site.stateDir);
    const source = await openMachines(state);
    const { dhcp: _dhcp, interface: _interface, ...settings } = state.settings;
    const netboot = await startNetboot({
      settings: { ...settings, dhcp: { leaseSeconds: 3600 }, address: '127.0.0.1', httpPort: ports.httpPort },
      stateDir: site.stateDir,
      source,
      log: createLog('lab', 'silent'),
      signingKey: state.key.privateKey,
      publicKeys: [state.key.publicPem],
      tftpPort: 0,
      ...options,
      dhcpPort: ports.dhcpPort,
      dhcpClientPort: ports.dhcpClientPort,
    });
    stopServer = async () => {
      stopServer = async () => {};
      await netboot.close();
      source.close();
    };
  };
  stack.defer(async () => stopServer());
  await startServer();
  return { url: `http://127.0.0.1:${ports.httpPort}`, startServer, stopServer: async () => stopServer() };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function put(path: string, text: string, mode = 0o644): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
  await chmod(path, mode);
}
