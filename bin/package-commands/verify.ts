import type { Command } from 'commander';
import { addSiteOptions } from '../site-options.ts';
import type { SiteOptions } from '../site-options.ts';

type VerifyOptions = SiteOptions & { readonly json?: true };

/** `gutinteg package verify`. */
export function addPackageVerifyCommand(packages: Command): void {
  addSiteOptions(packages.command('verify'))
    .description('read the whole store and report what is missing, damaged, unsigned or left over')
    .option('--json', 'the result as JSON')
    .addHelpText('after', HELP)
    .action(verify);
}

async function verify(options: VerifyOptions): Promise<void> {
  const { formatBytes } = await import('../../lib/bytes.ts');
  const { verifyStore } = await import('../../packagelink/store/verify-store.ts');
  const { openSiteState } = await import('../open-site-state.ts');
  const { createProgressLine } = await import('../progress-line.ts');
  const { readAcceptedKeys } = await import('../site-options.ts');
  const state = await openSiteState(options.site, options.state);
  const line = createProgressLine();
  const verified = await verifyStore({
    store: state.store,
    publicKeys: await readAcceptedKeys(state),
    onProgress: (done, total) => line.show(`${done} of ${total} packs`),
  });
  line.clear();
  const { names, manifests, deltas, packs, packBytes, faults, leftovers } = verified;
  if (options.json === true) {
    process.stdout.write(`${JSON.stringify(verified, null, 2)}\n`);
  } else {
    const sizes = `${names} names, ${manifests} manifests, ${deltas} deltas, ${packs} packs of ${formatBytes(packBytes)}`;
    process.stdout.write(`${sizes}: ${faults.length === 0 ? 'sound' : `${faults.length} faults`}\n`);
    for (const { where, message } of faults) process.stdout.write(`  ${where}: ${message}\n`);
    for (const path of leftovers) process.stdout.write(`  ${path}: nothing needs it (gutinteg package gc)\n`);
  }
  if (faults.length > 0) process.exitCode = 3;
}

const HELP = `
Checks the signature and digest of every manifest, the digest and size of every pack, the signature and result of every
delta, and every name. Files that are left over come from a publisher that was interrupted or is running now.
Nothing is changed.

Exit codes: 0 sound (left-over files are not a fault), 3 something is wrong.

Examples:
  gutinteg package verify --site ~/site
  gutinteg package verify --site ~/site --json | jq .faults
`;
