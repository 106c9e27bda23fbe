// The package `gutinteg-agent@ARCH`: this program, its Node and the libraries that a Debian may lack, for machines of one architecture.
// In: the agent's entry, the unpacked Debian of the ramdisk. Out: a published package. Never: touches this computer.
import { chmod, copyFile, cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import type { KeyObject } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import type { Architecture } from '../../lib/architecture.ts';
import { digestOf } from '../../lib/inputs-digest.ts';
import { publishTree } from '../../packagelink/publish/publish.ts';
import type { Published } from '../../packagelink/publish/publish.ts';
import type { Store } from '../../packagelink/store/store.ts';
import { bundleInstaller } from '../ramdisk/bundle.ts';
import { agentPackage } from './agent-package.ts';
import { fleetPrograms, fleetUnits, needrestartFile } from './fleet-files.ts';
import { fetchDebianFiles } from '../ramdisk/debian-files.ts';
import { collectPrograms } from '../ramdisk/programs.ts';
import { strippedNode } from '../ramdisk/stripped-node.ts';

export type AgentOptions = {
  readonly architecture: Architecture;
  readonly cacheDir: string;
  readonly store: Store;
  readonly signingKey: KeyObject;
  /** Path of the agent's main file. */
  readonly entry: string;
  /** The directory of `gutinteg-fleet`: its main files, and in `files/` its wrapper and units. */
  readonly fleet: string;
  readonly mirror?: string | undefined;
  readonly onProgress?: ((line: string) => void) | undefined;
};

/** The C library is the target's own; what Node needs besides it comes along. */
const OWN_LIBRARIES = /^lib(stdc\+\+|gcc_s|atomic)\.so/;

/** Publishes the agent; an unchanged one writes nothing. @throws UserError when a library or the bundle fails */
export async function buildAgent(options: AgentOptions): Promise<Published> {
  const { architecture, cacheDir, store, signingKey } = options;
  const debianRoot = await fetchDebianFiles(options);
  const node = await strippedNode(options);
  const bundle = await bundleInstaller(options.entry);
  const tree = await mkdtemp(join(cacheDir, 'agent-'));
  try {
    await fillTree({ tree, architecture, node: node.path, debianRoot, bundle: bundle.code });
    await addFleetProgram(tree, options.fleet);
    return await publishTree({ store, name: agentPackage(architecture.name), tree, kind: 'site', signingKey });
  } finally {
    await rm(tree, { recursive: true, force: true });
  }
}

/** It has Node and libraries in common with the agent, and a version of its own. */
async function addFleetProgram(tree: string, source: string): Promise<void> {
  const program = join(tree, 'usr/lib/gutinteg-fleet');
  const files = join(source, 'files');
  await mkdir(program, { recursive: true });
  for (const name of ['node', 'lib']) await symlink(`../gutinteg/agent/${name}`, join(program, name));
  const bundles: Uint8Array[] = [];
  for (const [name, entry] of Object.entries(fleetPrograms)) {
    const { code } = await bundleInstaller(join(source, entry));
    await writeFile(join(program, name), code);
    bundles.push(code);
  }
  await writeFile(join(program, 'VERSION'), `${digestOf(bundles).slice(0, 16)}\n`);
  await copyFile(join(files, 'gutinteg-fleet'), join(tree, 'usr/bin/gutinteg-fleet'));
  await chmod(join(tree, 'usr/bin/gutinteg-fleet'), 0o755);
  // Of packages for hosts without systemd: fleet-package/.
  await copyFile(join(files, 'cron'), join(program, 'cron'));
  await mkdir(dirname(join(tree, needrestartFile)), { recursive: true });
  await copyFile(join(files, 'needrestart.conf'), join(tree, needrestartFile));
  for (const unit of Object.keys(fleetUnits)) {
    await copyFile(join(files, unit), join(tree, 'usr/lib/systemd/system', unit));
  }
}

async function fillTree(input: {
  readonly tree: string;
  readonly architecture: Architecture;
  readonly node: string;
  readonly debianRoot: string;
  readonly bundle: Uint8Array;
}): Promise<void> {
  const { tree, architecture, node, debianRoot, bundle } = input;
  const files = join(import.meta.dirname, 'files');
  const at = async (path: string): Promise<string> => {
    await mkdir(dirname(join(tree, path)), { recursive: true });
    return join(tree, path);
  };
  const agent = 'usr/lib/gutinteg/agent';
  await copyFile(node, await at(`${agent}/node`));
  await chmod(join(tree, agent, 'node'), 0o755);
  await writeFile(await at(`${agent}/agent.mjs`), bundle);
  const parts: (string | Uint8Array)[] = [basename(node), bundle];
  const programs = await collectPrograms({ root: debianRoot, architecture }, { node });
  for (const entry of programs.toSorted((left, right) => (left.path < right.path ? -1 : 1))) {
    if (!('source' in entry) || !OWN_LIBRARIES.test(basename(entry.path))) continue;
    await cp(entry.source, await at(`${agent}/lib/${basename(entry.path)}`), { dereference: true });
    parts.push(await readFile(entry.source));
  }
  // What the agent calls its versions on the machine, see installer/upgrade/activate-agent.ts.
  await writeFile(await at(`${agent}/VERSION`), `${digestOf(parts).slice(0, 16)}\n`);
  await copyFile(join(files, 'gutinteg'), await at('usr/bin/gutinteg'));
  await chmod(join(tree, 'usr/bin/gutinteg'), 0o755);
  for (const [unit, wantedBy] of [
    ['gutinteg.service', 'multi-user.target'],
    ['gutinteg.timer', 'timers.target'],
  ] as const) {
    await copyFile(join(files, unit), await at(`usr/lib/systemd/system/${unit}`));
    await symlink(`/usr/lib/systemd/system/${unit}`, await at(`etc/systemd/system/${wantedBy}.wants/${unit}`));
  }
}
