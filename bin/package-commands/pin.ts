import type { Command } from 'commander';
import type { Store } from '../../packagelink/store/store.ts';
import { addSiteOptions } from '../site-options.ts';
import type { SiteOptions } from '../site-options.ts';

const WHAT = 'a name, NAME@~1 for its previous generation, or the beginning of a digest';

/** `gutinteg package pin` and `unpin`. */
export function addPackagePinCommands(packages: Command): void {
  addSiteOptions(packages.command('pin'))
    .description('keep a generation in the store until it is unpinned; without a package, list what is pinned')
    .argument('[package]', WHAT)
    .option('--reason <text>', 'why; the list shows it', '')
    .addHelpText('after', PIN_HELP)
    .action(pin);
  addSiteOptions(packages.command('unpin'))
    .description('let gc remove a pinned generation again')
    .argument('<package>', WHAT)
    .addHelpText('after', UNPIN_HELP)
    .action(unpin);
}

async function openStoreOf(options: SiteOptions): Promise<Store> {
  const { openSiteState } = await import('../open-site-state.ts');
  return (await openSiteState(options.site, options.state)).store;
}

async function pin(text: string | undefined, options: SiteOptions & { readonly reason: string }): Promise<void> {
  const { findManifest } = await import('../../packagelink/store/find-manifest.ts');
  const { listPins, pinManifest } = await import('../../packagelink/store/pins.ts');
  const store = await openStoreOf(options);
  if (text === undefined) {
    for (const { digest, reason } of await listPins(store)) process.stdout.write(`${digest} ${reason}\n`);
    return;
  }
  const digest = await findManifest(store, text);
  await pinManifest(store, { digest, reason: options.reason === '' ? text : options.reason.replaceAll(/\s+/g, ' ') });
  process.stdout.write(`pinned ${digest}\n`);
}

async function unpin(text: string, options: SiteOptions): Promise<void> {
  const { findManifest } = await import('../../packagelink/store/find-manifest.ts');
  const { unpinManifest } = await import('../../packagelink/store/pins.ts');
  const store = await openStoreOf(options);
  const digest = await findManifest(store, text);
  await unpinManifest(store, digest);
  process.stdout.write(`no longer pinned: ${digest}\n`);
}

const PIN_HELP = `
Examples:
  gutinteg package pin motd@~1 --reason 'the last one that worked' --site ~/site
  gutinteg package pin --site ~/site`;

const UNPIN_HELP = `
Examples:
  gutinteg package unpin motd@~1 --site ~/site`;
