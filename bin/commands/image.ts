import type { Command } from 'commander';

type BuildOptions = { readonly site: string; readonly state?: string; readonly force?: true };

/** `gutinteg image build NAME`. */
export function addImageCommand(program: Command): void {
  program
    .command('image')
    .description('build the operating-system packages of the site')
    .command('build')
    .description('make an OS package from images/NAME.yaml and publish it in the package store')
    .argument('<recipe>', 'name of the recipe, without .yaml')
    .option('--site <dir>', 'site directory', '.')
    .option('--state <dir>', 'state directory, instead of the one in site.yaml')
    .option('--force', 'build even if the recipe is unchanged, to get newer packages')
    .addHelpText('after', HELP)
    .action(buildImage);
}

async function buildImage(name: string, options: BuildOptions): Promise<void> {
  const { join } = await import('node:path');
  const { loadSiteSettings } = await import('../../site/load-site.ts');
  const { loadImageRecipe } = await import('../../os-images/load-recipe.ts');
  const { buildImage } = await import('../../os-images/build.ts');
  const { openStore } = await import('../../packagelink/store/store.ts');
  const { loadOrCreateSiteKey } = await import('../../packagelink/manifests/keys.ts');
  const { formatBytes } = await import('../../lib/bytes.ts');
  const { dir, settings, stateDir } = await loadSiteSettings(
    options.site,
    options.state === undefined ? {} : { state: options.state },
  );
  const recipe = await loadImageRecipe(dir, name);
  const image = await buildImage({
    recipe,
    recipeName: name,
    store: openStore(join(stateDir, 'store')),
    workDir: join(stateDir, 'images'),
    signingKey: (await loadOrCreateSiteKey(stateDir)).privateKey,
    mirror: settings.mirror,
    force: options.force === true,
    onProgress: (line) => process.stdout.write(`  ${line}\n`),
  });
  const what = image.rebuilt ? `published in ${image.seconds} s` : 'unchanged (--force takes newer packages)';
  process.stdout.write(`${image.name}: ${image.packages} packages, ${formatBytes(image.rawBytes)}, ${what}\n`);
}

const HELP = `
Needs root and mmdebstrap. The whole output is written to images/NAME.log in the state directory.

Examples:
  gutinteg image build debian-12 --site ~/site
  gutinteg image build debian-12 --site ~/site --force     after security updates
`;
