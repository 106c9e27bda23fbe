// The Dockerfile: built by buildah from a base image of Debian packages, run by runc as podman and as Docker would, and
// a virtual machine that boots from it up to the installer. Neither podman nor Docker is run: both would start daemons.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { z } from 'zod';
import { runCommand } from '../../lib/run-command.ts';
import { parseJsonEdge } from '../../lib/parse-edge.ts';
import { createControlClient } from '../../netboot/control-client.ts';
import { architectures } from '../../lib/architecture.ts';
import { bootDirectory } from '../../netboot/boot-directory.ts';
import { placeBootFiles } from '../../netboot/boot-files/place-boot-files.ts';
import { buildRamdisk } from '../../netboot/ramdisk/build.ts';
import { defaultHardware } from '../../lib/virtual-hardware.ts';
import { createNamespace } from '../../rehearse/namespace.ts';
import { powerOn } from '../../rehearse/virtual-machine.ts';
import { waitFor } from '../../rehearse/wait-for.ts';
import { makeSmallSite } from '../helpers/small-site.ts';

const root = join(import.meta.dirname, '../..');
const UID = 10067;
const BASE = 'localhost/gutinteg-base';
const IMAGE = 'localhost/gutinteg';
const CAPABILITIES = ['CAP_NET_BIND_SERVICE', 'CAP_NET_RAW'];
/** What the image may have on top of its base. */
const MOST_OWN_BYTES = 160e6;

const dir = await mkdtemp(join(tmpdir(), 'gutinteg-container-'));
after(() => rm(dir, { recursive: true, force: true }));

const buildah = async (...words: readonly string[]): Promise<string> => {
  const place = ['--root', join(dir, 'images'), '--runroot', join(dir, 'run'), '--storage-driver', 'vfs'];
  return (await runCommand(['buildah', ...place, ...words], { timeoutMs: 600_000, cwd: root })).stdout.trim();
};

/** What Debian's slim image is: few packages, and apt with this computer's sources. */
async function makeBase(): Promise<void> {
  const archive = join(dir, 'base.tar');
  await runCommand(['mmdebstrap', '--variant=minbase', '--include=ca-certificates', 'bookworm', archive], {
    timeoutMs: 300_000,
  });
  await buildah('from', '--name', 'base', 'scratch');
  await buildah('add', 'base', archive, '/');
  await buildah('commit', '--rm', 'base', BASE);
  await rm(archive);
}

/** npm inside the build asks the registry that npm here asks, and trusts what it trusts. */
async function npmVolumes(): Promise<string[]> {
  const ask = async (key: string) =>
    (await runCommand(['npm', 'config', 'get', key], { cwd: homedir() })).stdout.trim();
  const [registry, cafile] = [await ask('registry'), await ask('cafile')];
  const lines = [`registry=${registry}`, ...(existsSync(cafile) ? ['cafile=/run/host-ca.pem'] : [])];
  await writeFile(join(dir, 'npmrc'), `${lines.join('\n')}\n`);
  const volumes = [
    `${join(dir, 'npmrc')}:/root/.npmrc:ro`,
    ...(existsSync(cafile) ? [`${cafile}:/run/host-ca.pem:ro`] : []),
  ];
  return volumes.flatMap((volume) => ['--volume', volume]);
}

const imageSchema = z.object({
  Docker: z.object({
    config: z.object({
      User: z.string(),
      Env: z.array(z.string()),
      Entrypoint: z.array(z.string()),
      Cmd: z.array(z.string()),
      Healthcheck: z.object({ Test: z.array(z.string()) }),
      Volumes: z.record(z.string(), z.object({})),
    }),
  }),
});
type ImageConfig = z.infer<typeof imageSchema>['Docker']['config'];

type Container = { readonly config: ImageConfig; readonly rootfs: string };

const container = await (async (): Promise<Container> => {
  await makeBase();
  const volumes = await npmVolumes();
  await buildah(
    'bud',
    '--isolation',
    'chroot',
    '--format',
    'docker',
    ...volumes,
    '--build-arg',
    `BASE=${BASE}`,
    '--tag',
    IMAGE,
    '.',
  );
  const { Docker } = parseJsonEdge(imageSchema, await buildah('inspect', '--type', 'image', IMAGE), 'buildah inspect');
  await buildah('from', '--name', 'server', '--pull-never', IMAGE);
  return { config: Docker.config, rootfs: await buildah('mount', 'server') };
})();

test('the image is small, is not root, says how healthy it is, and holds nothing to compile with', async () => {
  const { config, rootfs } = container;
  assert.equal(config.User, 'gutinteg');
  assert.match(await readFile(join(rootfs, 'etc/passwd'), 'utf8'), new RegExp(`^gutinteg:x:${UID}:${UID}:`, 'm'));
  assert.equal(config.Healthcheck.Test[0], 'CMD');
  assert.deepEqual(Object.keys(config.Volumes), ['/var/lib/gutinteg']);
  const programs = await readdir(join(rootfs, 'usr/bin'));
  assert.deepEqual(
    programs.filter((name) => /^(?:node|npm|gcc|cc|g\+\+|make|ld|strip|python3?)$/.test(name)),
    [],
  );
  const packages = await readdir(join(rootfs, 'opt/gutinteg/node_modules'));
  assert.deepEqual(
    packages.filter((name) => /esbuild|typescript|knip|oxlint/.test(name)),
    [],
  );
  assert.ok(!existsSync(join(rootfs, 'opt/gutinteg/test')));
  const { stdout } = await runCommand(['du', '--summarize', '--bytes', join(rootfs, 'opt')]);
  const bytes = Number.parseInt(stdout, 10);
  assert.ok(bytes < MOST_OWN_BYTES, `${bytes} bytes`);
});

type Way = { readonly name: string; readonly ambient: boolean; readonly noNewPrivileges: boolean };
/** podman gives a user that is not root what --cap-add names; Docker only allows it, and the file of Node has it. */
const WAYS: readonly Way[] = [
  { name: 'podman', ambient: true, noNewPrivileges: true },
  { name: 'docker', ambient: false, noNewPrivileges: false },
];

/** A container as `run --read-only --network host --cap-drop all --cap-add …` makes it. @see config.md of the OCI runtime specification */
function ociConfig(input: { way: Way; siteDir: string; stateDir: string; namespace: string }): object {
  const { way, siteDir, stateDir, namespace } = input;
  const { config, rootfs } = container;
  const given = { effective: CAPABILITIES, permitted: CAPABILITIES, inheritable: CAPABILITIES, ambient: CAPABILITIES };
  const bind = (source: string, destination: string, option: string) => {
    return { destination, source, type: 'bind', options: ['rbind', option] };
  };
  return {
    ociVersion: '1.0.2',
    root: { path: rootfs, readonly: true },
    process: {
      user: { uid: UID, gid: UID },
      args: [...config.Entrypoint, ...config.Cmd],
      env: config.Env,
      cwd: '/',
      capabilities: { bounding: CAPABILITIES, ...(way.ambient ? given : {}) },
      noNewPrivileges: way.noNewPrivileges,
    },
    mounts: [
      { destination: '/proc', type: 'proc', source: 'proc' },
      { destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'mode=755'] },
      { destination: '/tmp', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'nodev'] },
      bind(siteDir, '/site', 'ro'),
      bind(stateDir, '/var/lib/gutinteg', 'rw'),
    ],
    linux: {
      namespaces: [
        { type: 'pid' },
        { type: 'mount' },
        { type: 'ipc' },
        { type: 'network', path: `/run/netns/${namespace}` },
      ],
    },
  };
}

/** Runs the container until the stack ends. Answers what the health check says, once it is content. */
async function runContainer(stack: AsyncDisposableStack, name: string, config: object): Promise<string> {
  const bundle = join(dir, name);
  await mkdir(bundle);
  await writeFile(join(bundle, 'config.json'), JSON.stringify(config));
  const runc = ['--root', join(dir, 'runc')];
  const child = spawn('runc', [...runc, 'run', '--bundle', bundle, name], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => (said += String(text)));
  const ended = once(child, 'exit');
  stack.defer(async () => {
    await runCommand(['runc', ...runc, 'kill', name, 'TERM'], { okExitCodes: [0, 1] });
    await ended;
  });
  const health = container.config.Healthcheck.Test.slice(1);
  return waitFor({
    what: `the container ${name}`,
    timeoutMs: 60_000,
    signal: AbortSignal.timeout(60_000),
    look: async () => {
      if (child.exitCode !== null) throw new Error(`the container ended:\n${said}`);
      const { exitCode, stdout } = await runCommand(['runc', ...runc, 'exec', name, ...health], {
        okExitCodes: [0, 1, 255],
      });
      return exitCode === 0 ? stdout : undefined;
    },
  });
}

/** A site and a state for the container: the state is given to its user by the command that the documents name. */
async function makeState(stack: AsyncDisposableStack): Promise<{ siteDir: string; stateDir: string }> {
  const site = await makeSmallSite(stack);
  const architecture = architectures.amd64;
  const boot = bootDirectory(site.stateDir, architecture);
  const { publicPem } = await readPublicKey(site.stateDir);
  await rm(boot, { recursive: true });
  const entry = join(root, 'installer/main.ts');
  const cacheDir = join(root, '.state/cache');
  await placeBootFiles({ architecture, cacheDir, outDir: boot });
  await buildRamdisk({
    architecture,
    cacheDir,
    outDir: boot,
    entry,
    publicKeys: [publicPem],
  });
  const place = await mkdtemp(join(dir, 'place-'));
  const [siteDir, stateDir] = [join(place, 'site'), join(place, 'state')];
  await cp(site.siteDir, siteDir, { recursive: true });
  await cp(site.stateDir, stateDir, { recursive: true });
  await runCommand([join(root, 'bin/gutinteg'), 'service', 'state', '--state', stateDir, '--user', String(UID)]);
  return { siteDir, stateDir };
}

async function readPublicKey(stateDir: string): Promise<{ publicPem: string }> {
  return { publicPem: await readFile(join(stateDir, 'keys/site.pub'), 'utf8') };
}

for (const way of WAYS) {
  test(
    `run as ${way.name} does, it serves a machine that boots up to the installer`,
    { timeout: 400_000 },
    async () => {
      await using stack = new AsyncDisposableStack();
      const { siteDir, stateDir } = await makeState(stack);
      const namespace = await createNamespace({ label: way.name, address: '10.77.0.1/24' });
      stack.defer(namespace.remove);
      const config = ociConfig({ way, siteDir, stateDir, namespace: namespace.name });
      assert.equal(await runContainer(stack, `gutinteg-${process.pid}-${way.name}`, config), 'ok: 6 machines\n');
      const control = createControlClient(stateDir);
      await control.arm('lab01');
      const vm = await powerOn(namespace, {
        name: way.name,
        kind: defaultHardware,
        macs: ['52:54:00:77:00:01'],
        tap: namespace.tap,
        memoryMiB: 1024,
        cpus: 1,
        disks: [],
        accelerator: 'tcg',
        serialSocket: join(dir, `${way.name}-serial`),
        serialLog: join(dir, `${way.name}-serial.log`),
        qmpSocket: join(dir, `${way.name}-qmp`),
      });
      stack.defer(vm.kill);
      await waitFor({
        what: 'the installer',
        timeoutMs: 180_000,
        signal: AbortSignal.timeout(180_000),
        look: async () => (vm.console().includes('starting the installer') ? true : undefined),
      });
      const { timeline } = await control.status('lab01');
      for (const text of [/fetched start\.ipxe by TFTP: done/, /fetched the kernel/, /fetched the ramdisk/]) {
        assert.ok(
          timeline.some((line) => text.test(line.text)),
          `${text} in ${JSON.stringify(timeline)}`,
        );
      }
    },
  );
}
