import type { Command } from 'commander';

type BuildOptions = { readonly site: string; readonly state?: string };

/** `gutinteg ramdisk build`. */
export function addRamdiskCommand(program: Command): void {
  program
    .command('ramdisk')
    .description('build the kernel and ramdisk that machines boot from the network')
    .command('build')
    .description('build the boot ramdisk if it is missing or out of date; `gutinteg prepare` does this too')
    .option('--site <dir>', 'site directory', '.')
    .option('--state <dir>', 'state directory, instead of the one in site.yaml')
    .addHelpText('after', HELP)
    .action(build);
}

async function build(options: BuildOptions): Promise<void> {
  const { join } = await import('node:path');
  const { loadSiteSettings } = await import('../../site/load-site.ts');
  const { bootDirectory } = await import('../../netboot/boot-directory.ts');
  const { usedArchitectures } = await import('../../site/used-architectures.ts');
  const { buildRamdisk } = await import('../../netboot/ramdisk/build.ts');
  const { loadOrCreateSiteKey } = await import('../../packagelink/manifests/keys.ts');
  const { dir, settings, stateDir } = await loadSiteSettings(
    options.site,
    options.state === undefined ? {} : { state: options.state },
  );
  const { publicPem } = await loadOrCreateSiteKey(stateDir);
  const { readSiteKeys } = await import('../../site/load-site.ts');
  const publicKeys = [publicPem, ...(await readSiteKeys(dir))];
  for (const architecture of await usedArchitectures(dir)) {
    const { kernel, ramdisk } = await buildRamdisk({
      architecture,
      cacheDir: join(stateDir, 'cache'),
      outDir: bootDirectory(stateDir, architecture),
      entry: join(import.meta.dirname, '../../installer/main.ts'),
      publicKeys,
      mirror: settings.mirror,
      firmware: settings.firmware,
      onProgress: (line) => process.stdout.write(`  ${line}\n`),
    });
    process.stdout.write(`${kernel}\n${ramdisk}\n`);
  }
}

const HELP = `
Needs root. The result is vmlinuz and ramdisk.img in boot/ARCH/ of the state directory, for each architecture that a machine or a
recipe of the site has.

Examples:
  gutinteg ramdisk build --site ~/site`;
