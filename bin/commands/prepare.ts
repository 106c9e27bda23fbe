import type { Command } from 'commander';

type PrepareOptions = { readonly site: string; readonly state?: string };

/** `gutinteg prepare`. */
export function addPrepareCommand(program: Command): void {
  program
    .command('prepare')
    .description(
      'build what machines need, where it is missing or out of date: OS packages, boot loaders, boot ramdisk, agent',
    )
    .option('--site <dir>', 'site directory', '.')
    .option('--state <dir>', 'state directory, instead of the one in site.yaml')
    .addHelpText('after', HELP)
    .action(prepare);
}

async function prepare(options: PrepareOptions): Promise<void> {
  const { join } = await import('node:path');
  const { formatBytes } = await import('../../lib/bytes.ts');
  const { bootDirectory } = await import('../../netboot/boot-directory.ts');
  const { buildAgent } = await import('../../netboot/agent/build-agent.ts');
  const { buildRamdisk } = await import('../../netboot/ramdisk/build.ts');
  const { placeBootFiles } = await import('../../netboot/boot-files/place-boot-files.ts');
  const { buildImage } = await import('../../os-images/build.ts');
  const { listImageRecipes, loadImageRecipe } = await import('../../os-images/load-recipe.ts');
  const { readSiteKeys } = await import('../../site/load-site.ts');
  const { usedArchitectures } = await import('../../site/used-architectures.ts');
  const { openSiteState } = await import('../open-site-state.ts');

  const { publishFleet } = await import('../read-fleet-settings.ts');
  const site = await openSiteState(options.site, options.state);
  const { dir, settings, stateDir, store, key } = site;
  await publishFleet(site);
  const used = await usedArchitectures(dir);
  const installer = join(import.meta.dirname, '../../installer');
  const cacheDir = join(stateDir, 'cache');
  const shared = { mirror: settings.mirror, signingKey: key.privateKey, store };
  const say = (what: string) => (line: string) => void process.stdout.write(`${what}: ${line}\n`);

  const images = async (): Promise<void> => {
    for (const recipeName of await listImageRecipes(dir)) {
      const recipe = await loadImageRecipe(dir, recipeName);
      const onProgress = say(recipeName);
      const built = await buildImage({ ...shared, recipe, recipeName, workDir: join(stateDir, 'images'), onProgress });
      const how = built.rebuilt ? `published in ${built.seconds} s` : 'unchanged';
      onProgress(`${built.name}, ${built.packages} packages, ${formatBytes(built.rawBytes)}, ${how}`);
    }
  };
  const fleet = join(import.meta.dirname, '../../fleet-agent');
  const programs = async (): Promise<void> => {
    const publicKeys = [key.publicPem, ...(await readSiteKeys(dir))];
    const entry = (name: string): string => join(installer, name);
    for (const architecture of used) {
      const outDir = bootDirectory(stateDir, architecture);
      const { mirror } = settings;
      await placeBootFiles({ architecture, cacheDir, outDir, mirror, onProgress: say('boot loaders') });
      await buildRamdisk({
        architecture,
        cacheDir,
        outDir,
        publicKeys,
        entry: entry('main.ts'),
        mirror: settings.mirror,
        firmware: settings.firmware,
        onProgress: say(`ramdisk ${architecture.name}`),
      });
      const onProgress = say(`agent ${architecture.name}`);
      const agent = await buildAgent({
        ...shared,
        architecture,
        cacheDir,
        entry: entry('agent.ts'),
        fleet,
        onProgress,
      });
      onProgress(`${formatBytes(agent.rawBytes)}, ${agent.changed ? 'published' : 'unchanged'}`);
    }
  };
  // Both download and compress; side by side the processors are busy all the time.
  const results = await Promise.allSettled([images(), programs()]);
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}

const HELP = `
Needs root, and mmdebstrap for OS packages. What is up to date stays as it is, so you may run this at any time.

Examples:
  gutinteg prepare --site ~/site
`;
