import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { addConsentOptions } from './consent-options.ts';
import type { MediaOptions } from '../media/media-options.ts';

/** `gutinteg media build`. */
export function addMediaCommand(program: Command): void {
  const build = program
    .command('media')
    .description('make sticks and CDs that machines are installed from')
    .command('build')
    .description('build one image for BIOS and UEFI, as stick, CD and UEFI HTTP boot URL')
    .requiredOption('--out <file>', 'the image to write')
    .option('--offline', 'carry records and packages: the machines named are installed without a network')
    .option('--machine <hosts...>', 'with --offline: the machines that the medium may erase and install, once each');
  addConsentOptions(build)
    .option('--server <url>', 'who is asked, instead of the address in site.yaml: http://10.77.0.1:8080', parseServer)
    .option('--site <dir>', 'site directory', '.')
    .option('--state <dir>', 'state directory, instead of the one in site.yaml')
    .option('--dry-run', 'say what would be built, and write nothing')
    .option('--json', 'the result as JSON')
    .addHelpText('after', HELP)
    .action(async (options: MediaOptions) => {
      const { buildMedia } = await import('../media/build-media.ts');
      await buildMedia(options);
    });
}

function parseServer(text: string): string {
  const url = URL.parse(text);
  // Nothing of a URL is dropped in silence: it has no path, no password.
  if (url?.protocol === 'http:' && url.href === `${url.origin}/`) return url.origin;
  throw new InvalidArgumentError(`'${text}' is not a URL such as http://10.77.0.1:8080.`);
}

const HELP = `
Without --offline, the medium asks the server what to do with a machine, as after a network boot: only one that is armed
is installed. With --offline, whoever builds it consents for the machines named. The running server is asked for them,
and for a token with which each reports later. Such an image holds records, tokens and packages with all their secrets:
its mode is 0600, and whoever has the stick can read it.

It is a file; no device is ever written to. Compare the serial number before you copy it:
  lsblk --output NAME,SERIAL,SIZE,MOUNTPOINTS
  dd if=site.iso of=/dev/disk/by-id/usb-SERIAL bs=4M conv=fsync

Examples:
  gutinteg media build --out site.iso --site ~/site                    a stick for every machine that is armed
  gutinteg media build --out q-bert.iso --offline --machine q-bert     installs q-bert without a network
  gutinteg media build --out q-bert.iso --offline --machine q-bert --dry-run
`;
