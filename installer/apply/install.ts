// The full install, from the kernel's command line to a machine that is ready to boot from its own disk.
// In: parameters and effects. Out: nothing; an error says what failed and whether a disk was changed.
import { FaultsError, UserError } from '../../lib/errors.ts';
import type { Mac } from '../../lib/mac.ts';
import type { RunCommand } from '../../lib/run-command.ts';
import type { InstallClient } from '../../contract/client.ts';
import type { Lookup } from '../../contract/lookup.ts';
import type { Fetcher } from '../../packagelink/contents/fetch.ts';
import { parsePublicKeys } from '../../packagelink/manifests/keys.ts';
import { manifestsOf, updateManifests } from '../description/fetch-manifests.ts';
import { applyInstall } from './apply-install.ts';
import { signatureFaults } from '../boot-loaders/check-signatures.ts';
import type { InstallParameters } from '../look/kernel-parameters.ts';
import { startLayThreads } from '../../packagelink/full/lay-in-threads.ts';
import { nameOwners } from '../../packagelink/fit/name-owners.ts';
import { openMachineManifests, saveLastKnown } from '../description/last-known.ts';
import { planInstall, TARGET } from '../plan/plan-install.ts';
import { describeFirmware } from '../look/describe-firmware.ts';
import { readRecordedData } from '../look/read-data.ts';
import { readFacts, readMacs } from '../look/read-facts.ts';
import type { Progress } from './report-progress.ts';

export type InstallContext = {
  readonly parameters: InstallParameters;
  readonly client: InstallClient;
  /** PEM text of the site's public keys. */
  readonly publicKeys: readonly string[];
  readonly run: RunCommand;
  readonly progress: Progress;
  readonly onLookup: (lookup: Lookup) => void;
  readonly onFirstWrite: () => void;
  /** Leaves more on the installed system, whose root it is given. */
  readonly onLeave?: ((root: string) => Promise<void>) | undefined;
};

/** @throws UserError; until `onFirstWrite` has been called nothing on any disk was changed */
export async function install(context: InstallContext): Promise<void> {
  const { parameters, client, progress, publicKeys, run } = context;
  const { mac } = parameters;
  await expectCard(mac);
  // The disks are looked at while the server is asked: half of that is waiting for programs to start.
  const looking = readFacts(run);
  looking.catch(() => undefined);
  const lookup = await progress.step('look-up', `${mac} at ${parameters.serverUrl}`, async () => {
    const found = await client.lookup(mac);
    context.onLookup(found);
    return found;
  });
  // They are up when the first file can be laid down.
  await using threads = startLayThreads();
  const keys = parsePublicKeys(publicKeys);
  const fetcher: Fetcher = async (path) => client.storeFile(path);
  const cache = openMachineManifests(TARGET, fetcher, keys);
  const manifests = await progress.step('manifests', describePackages(lookup), () => updateManifests(lookup, cache));
  const facts = await progress.step('probe', 'disks and network cards', () => looking);
  progress.message(`firmware: ${describeFirmware(facts)}`);
  const recorded = await progress.step('data', 'where the server knows data partitions', async () =>
    readRecordedData(await client.recordedData(lookup.machineId), facts.disks, run),
  );
  const { plan, tree } = await progress.step('plan', 'everything is settled before the first write', async () =>
    planInstall({ lookup, ...manifests, facts, recorded, consoles: parameters.consoles }),
  );
  // Found here, and not on the screen of the next start.
  const isSecure = plan.facts.efi?.secureBoot === true;
  const unsigned = isSecure ? await signatureFaults({ ...plan, tree, fetcher }) : [];
  const obstacles = [...plan.obstacles, ...unsigned];
  for (const notice of plan.notices) progress.message(`note: ${notice}`);
  if (obstacles.length > 0) {
    throw new FaultsError('the machine cannot be installed like this; nothing was changed', obstacles);
  }
  // An owner whom etc/passwd does not have is a fault now, while every disk is as it was.
  await nameOwners(tree, { fetcher, isKept: () => false });
  await applyInstall(plan, tree, {
    run,
    fetcher,
    threads,
    progress,
    readFacts: () => readFacts(run),
    saveDisks: async (record) => client.saveDisks(lookup.machineId, record),
    onFirstWrite: context.onFirstWrite,
    keepDescription: async () => {
      const { initData: _data, knownEmpty: _empty, ...known } = lookup;
      await cache.keep(manifestsOf(lookup));
      await saveLastKnown(TARGET, known);
      await context.onLeave?.(TARGET);
    },
    identity: {
      serverUrl: parameters.serverUrl,
      mac,
      consoles: parameters.consoles,
      token: parameters.token,
      publicKeys,
    },
  });
}

/** The server knows this machine by one of its cards. */
async function expectCard(mac: Mac): Promise<void> {
  const macs = await readMacs();
  if (macs.includes(mac)) return;
  throw new UserError(`the server calls this machine ${mac}, but its network cards are ${macs.join(', ') || 'none'}`);
}

function describePackages(lookup: Lookup): string {
  return `${lookup.name}: ${[lookup.image.name, ...lookup.packages.map(({ name }) => name)].join(', ')}`;
}
