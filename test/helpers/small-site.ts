// A copy of the example site with a package store of a few files, in a directory that goes with the stack it is made on.
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runCommand } from '../../lib/run-command.ts';
import type { CommandResult } from '../../lib/run-command.ts';
import { agentPackage } from '../../netboot/agent/agent-package.ts';
import { bootDirectory } from '../../netboot/boot-directory.ts';
import { writeBootFiles } from '../../netboot/boot-files/place-boot-files.ts';
import { bootFiles } from '../../netboot/boot-files/recipe.ts';
import { mediumBootFiles } from '../../netboot/media/plan-medium.ts';
import { architectures } from '../../lib/architecture.ts';
import { loadOrCreateSiteKey } from '../../packagelink/manifests/keys.ts';
import { publishTree } from '../../packagelink/publish/publish.ts';
import { openStore } from '../../packagelink/store/store.ts';

const root = join(import.meta.dirname, '../..');

export const IMAGE = 'debian-12-amd64';

export type SmallSite = {
  readonly siteDir: string;
  readonly stateDir: string;
  /** Runs `bin/PROGRAM WORDS… --site SITE`; every exit code is an answer. */
  readonly run: (program: 'gutinteg' | 'machdb', ...words: readonly string[]) => Promise<CommandResult>;
  /** Replaces `from`, which must occur, in a file below the site; the answer undoes it. */
  readonly edit: (file: string, from: string, to: string) => Promise<() => Promise<void>>;
};

/** All of the example site's machines, packages and settings; its image, agent and boot files are stand-ins. */
export async function makeSmallSite(stack: AsyncDisposableStack): Promise<SmallSite> {
  const dir = await mkdtemp(join(tmpdir(), 'gutinteg-site-'));
  stack.defer(async () => rm(dir, { recursive: true, force: true }));
  const [siteDir, stateDir] = [join(dir, 'site'), join(dir, 'state')];
  await cp(join(root, 'examples/lab'), siteDir, { recursive: true });
  await fillStore(dir, stateDir);
  const bootDir = bootDirectory(stateDir, architectures.amd64);
  for (const name of ['vmlinuz', 'ramdisk.img']) await put(join(bootDir, name), 'stand-in');
  const ofMedia = Object.values(mediumBootFiles(architectures.amd64));
  const loaders = [...bootFiles(architectures.amd64).map(({ name }) => name), ...ofMedia];
  await writeBootFiles(bootDir, new Map(loaders.map((name) => [name, Buffer.from('stand-in')])));
  return {
    siteDir,
    stateDir,
    run: async (program, ...words) =>
      runCommand([join(root, 'bin', program), ...words, '--site', siteDir], {
        okExitCodes: [0, 1, 2, 3],
        timeoutMs: 60_000,
      }),
    edit: async (file, from, to) => {
      const path = join(siteDir, file);
      const before = await readFile(path, 'utf8');
      if (!before.includes(from)) throw new Error(`${path} has no '${from}'`);
      await writeFile(path, before.replace(from, to));
      return async () => writeFile(path, before);
    },
  };
}

async function fillStore(dir: string, stateDir: string): Promise<void> {
  const store = openStore(join(stateDir, 'store'));
  const { privateKey: signingKey } = await loadOrCreateSiteKey(stateDir);
  const trees = { image: join(dir, 'image'), agent: join(dir, 'agent') };
  await put(join(trees.image, 'etc/os-release'), 'ID=debian\n');
  await put(join(trees.image, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\n');
  for (const name of ['vmlinuz', 'initrd.img']) {
    await put(join(trees.image, `boot/${name}-6.1`), 'stand-in');
    await symlink(`boot/${name}-6.1`, join(trees.image, name));
  }
  await put(join(trees.agent, 'usr/lib/gutinteg/agent/agent.mjs'), '// the agent\n');
  await publishTree({ store, name: IMAGE, tree: trees.image, kind: 'image', signingKey });
  await publishTree({ store, name: agentPackage('amd64'), tree: trees.agent, kind: 'site', signingKey });
}

async function put(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}
