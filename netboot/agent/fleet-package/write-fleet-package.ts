// A package of gutinteg-fleet for hosts that gutinteg did not install: the program with its Node, out of the published agent. In: the
// store, the name of a file. Out: that file, as .deb, .rpm or .tar.zst. Never: takes what the site's key has not signed.
import type { KeyObject } from 'node:crypto';
import { chmod, copyFile, cp, mkdir, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { UserError } from '../../../lib/errors.ts';
import { withPrivateDirectory } from '../../../lib/private-directory.ts';
import { runCommand } from '../../../lib/run-command.ts';
import type { Store } from '../../../packagelink/store/store.ts';
import { fleetPrograms, fleetUnits, needrestartFile } from '../fleet-files.ts';
import { layPublishedAgent } from '../export-agent.ts';
import { renderDebControl, renderSpec } from './plan-fleet-package.ts';
import type { FleetPackage } from './plan-fleet-package.ts';

export type FleetPackageInput = {
  readonly store: Store;
  /** The agent, as it is published. */
  readonly name: string;
  readonly publicKey: KeyObject;
  readonly architecture: string;
  /** Its end says the format. */
  readonly file: string;
  readonly nowMs: number;
};

type Build = (
  input: { readonly tree: string; readonly dir: string; readonly of: FleetPackage } & FleetPackageInput,
) => Promise<void>;

const LIBRARY = 'usr/lib/gutinteg-fleet';

/** @throws UserError for another end of the file's name, and when there is no agent in the store */
export async function writeFleetPackage(input: FleetPackageInput): Promise<void> {
  const build = Object.entries(builders).find(([end]) => input.file.endsWith(end))?.[1];
  if (build === undefined) {
    throw new UserError(`${input.file} ends in none of ${Object.keys(builders).join(', ')}`, { exitCode: 2 });
  }
  await withPrivateDirectory('gutinteg-fleet-package-', async (dir) => {
    const tree = join(dir, 'tree');
    await mkdir(tree);
    await chmod(tree, 0o755);
    await fillTree(input, tree, join(dir, 'agent'));
    const version = (await readFile(join(tree, LIBRARY, 'VERSION'), 'utf8')).trim();
    const installedBytes = await sizeOf(tree);
    await build({ ...input, tree, dir, of: { version, architecture: input.architecture, installedBytes } });
  });
}

async function fillTree(input: FleetPackageInput, tree: string, agent: string): Promise<void> {
  await layPublishedAgent(input, agent);
  const take = async (from: string, to: string): Promise<void> => {
    await mkdir(dirname(join(tree, to)), { recursive: true });
    await cp(from, join(tree, to), { recursive: true, dereference: true });
  };
  for (const name of ['node', 'lib']) await take(join(agent, 'usr/lib/gutinteg/agent', name), `${LIBRARY}/${name}`);
  for (const name of [...Object.keys(fleetPrograms), 'VERSION'])
    await take(join(agent, LIBRARY, name), `${LIBRARY}/${name}`);
  await take(join(agent, 'usr/bin/gutinteg-fleet'), 'usr/bin/gutinteg-fleet');
  for (const unit of Object.keys(fleetUnits))
    await take(join(agent, 'usr/lib/systemd/system', unit), `usr/lib/systemd/system/${unit}`);
  await take(join(agent, LIBRARY, 'cron'), 'etc/cron.d/gutinteg-fleet');
  await take(join(agent, needrestartFile), needrestartFile);
  await rm(agent, { recursive: true });
}

const buildDeb: Build = async ({ tree, of, nowMs, file }) => {
  const control = join(tree, 'DEBIAN');
  await mkdir(control);
  for (const [name, text] of Object.entries(renderDebControl(of, nowMs))) {
    await writeFile(join(control, name), text, { mode: text.startsWith('#!') ? 0o755 : 0o644 });
  }
  await runCommand(['dpkg-deb', '--root-owner-group', '-Zxz', '-z1', '--build', tree, file]);
};

const buildRpm: Build = async ({ tree, dir, of, nowMs, file, architecture }) => {
  const files = (await listFiles(tree)).map((path) => `/${path}`);
  const spec = join(dir, 'fleet.spec');
  await writeFile(spec, renderSpec(of, nowMs, { tree, files }));
  const macros = {
    _topdir: join(dir, 'rpm'),
    _rpmdir: dir,
    _rpmfilename: 'made.rpm',
    _build_id_links: 'none',
    debug_package: '%{nil}',
    __os_install_post: '%{nil}',
  };
  const defined = Object.entries(macros).flatMap(([name, value]) => ['--define', `${name} ${value}`]);
  const target = architecture === 'arm64' ? 'aarch64' : 'x86_64';
  await runCommand(['rpmbuild', '-bb', '--quiet', '--target', target, ...defined, spec]);
  await copyFile(join(dir, 'made.rpm'), file);
};

const buildTar: Build = async ({ tree, file }) => {
  const argv = ['tar', '-C', tree, '--owner=0', '--group=0', '--numeric-owner', '--format=gnu', '--zstd'] as const;
  const paths = await listFiles(tree);
  await runCommand([...argv, '--null', '--files-from=-', '-cf', file], { stdin: paths.join('\0') });
};

const builders: Readonly<Record<string, Build>> = { '.deb': buildDeb, '.rpm': buildRpm, '.tar.zst': buildTar };

/** Files only, so that directories of the host keep their owner and mode; relative, sorted. */
async function listFiles(tree: string): Promise<string[]> {
  const entries = await readdir(tree, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => !entry.isDirectory());
  return files.map(({ parentPath, name }) => relative(tree, join(parentPath, name))).sort();
}

async function sizeOf(tree: string): Promise<number> {
  const sizes = (await listFiles(tree)).map(async (path) => (await stat(join(tree, path))).size);
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}
