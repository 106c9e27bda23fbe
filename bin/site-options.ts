import type { Command } from 'commander';

/** What every command says that works on a site and its state. */
export type SiteOptions = { readonly site: string; readonly state?: string };

/** `--site` and `--state`. */
export function addSiteOptions(command: Command): Command {
  return command
    .option('--site <dir>', 'site directory', '.')
    .option('--state <dir>', 'state directory, instead of the one in site.yaml');
}

/** The public keys whose signatures machines of this site accept: its own, and those in `keys/`. */
export async function readAcceptedKeys({ dir, key }: { dir: string; key: { publicPem: string } }) {
  const { parsePublicKey } = await import('../packagelink/manifests/keys.ts');
  const { readSiteKeys } = await import('../site/load-site.ts');
  const others = await readSiteKeys(dir);
  return [key.publicPem, ...others].map((pem, index) =>
    parsePublicKey(pem, index === 0 ? 'site.pub' : `keys/, number ${index}`),
  );
}
