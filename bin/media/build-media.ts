// `gutinteg media build`: what the site, its server and its store say, put together and handed to the builder.
// In: options. Out: an image, and what it does, for people or as JSON. Never: writes to a device.
import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Medium, MediumMachine } from '../../contract/medium.ts';
import { architectureOfRecord, architectures } from '../../lib/architecture.ts';
import { formatBytes } from '../../lib/bytes.ts';
import { UserError } from '../../lib/errors.ts';
import { fetchManifests } from '../../installer/description/fetch-manifests.ts';
import { loadBootFiles } from '../../netboot/boot-files/load-boot-files.ts';
import { bootDirectory } from '../../netboot/boot-directory.ts';
import { countOf } from '../../machdb/views/printable.ts';
import { buildMedium } from '../../netboot/media/build-medium.ts';
import { mediumBootFiles } from '../../netboot/media/plan-medium.ts';
import { directoryFetcher } from '../../packagelink/contents/fetch.ts';
import { openPreparedState, openSiteState } from '../open-site-state.ts';
import type { SiteState } from '../open-site-state.ts';
import type { MediaOptions } from './media-options.ts';
import { checkMediaOptions } from './check-media-options.ts';
import { describeErasure } from './describe-erasure.ts';
import { findMediumMachines } from './find-medium-machines.ts';

/** Midnight of 1 January 2000, UTC: the same for every build unless the variable says otherwise. */
const DEFAULT_EPOCH = 946_684_800;

const architecture = architectures.amd64;

/** @throws UserError, FaultsError */
export async function buildMedia(options: MediaOptions): Promise<void> {
  await checkMediaOptions(options);
  const open = options.dryRun === true ? openPreparedState : openSiteState;
  const state = await open(options.site, options.state);
  const isQuiet = options.json === true;
  const say = (line: string): void => void (isQuiet ? process.stderr : process.stdout).write(`${line}\n`);
  const epoch = epochOf(process.env['SOURCE_DATE_EPOCH']);
  const { machines, serverUrl, notes } = await findMediumMachines(state, options);
  for (const note of notes) say(`note: ${note}`);
  for (const { lookup } of machines) refuseOtherArchitecture(lookup);
  const erases = machines.map(
    ({ lookup, macs }) => `${lookup.name} (${macs.join(', ')}): ${describeErasure(lookup.record)}`,
  );
  for (const line of erases) say(`may erase and install ${line}`);
  const storeFiles = await findStoreFiles(state, machines);
  const storeBytes = await sizeOf(state.store.dir, storeFiles);
  const carried = [countOf(machines.length, 'machine'), `${countOf(storeFiles.length, 'file')} of the store`];
  say(
    machines.length === 0
      ? `asks ${serverUrl} what to do with a machine`
      : `${carried.join(', ')}, ${formatBytes(storeBytes)}`,
  );
  const plan = { out: resolve(options.out), serverUrl, erases, storeBytes };
  const bootDir = bootDirectory(state.stateDir, architecture);
  const names = Object.values(mediumBootFiles(architecture));
  const bootFiles = await loadBootFiles(bootDir, names, `gutinteg prepare --site ${state.dir}`);
  if (options.dryRun === true) return print(options, { ...plan, built: false }, 'nothing was written');
  const built = await buildMedium({
    architecture,
    bootFiles,
    kernel: join(bootDir, 'vmlinuz'),
    ramdisk: join(bootDir, 'ramdisk.img'),
    storeDir: state.store.dir,
    storeFiles,
    serverUrl,
    consoles: state.settings.consoles[architecture.name],
    machines,
    erases,
    output: plan.out,
    epoch,
    onProgress: say,
  });
  const { medium, bytes, sha256 } = built;
  const summary = `${plan.out}: build ${medium.buildId}, ${formatBytes(bytes)}, SHA-256 ${sha256}${secretsNote(medium)}`;
  print(options, { ...plan, built: true, buildId: medium.buildId, bytes, sha256 }, summary);
}

/** @throws UserError (exit code 2) */
function refuseOtherArchitecture({ name, record }: MediumMachine['lookup']): void {
  const its = architectureOfRecord(record);
  if (its?.name === architecture.name) return;
  throw new UserError(
    `building a medium: ${name} is ${record['ARCH'] ?? 'of no architecture'}; media are for ${architecture.name}`,
    { exitCode: 2 },
  );
}

function print({ json }: MediaOptions, result: object, text: string): void {
  process.stdout.write(json === true ? `${JSON.stringify(result)}\n` : `${text}\n`);
}

function secretsNote({ machines }: Medium): string {
  return machines.length === 0 ? '' : '\nit holds records, tokens and packages with their secrets: its mode is 0600';
}

/** @see https://reproducible-builds.org/specs/source-date-epoch/ */
function epochOf(text: string | undefined): number {
  if (text === undefined) return DEFAULT_EPOCH;
  const epoch = Number(text);
  // FAT has no earlier time.
  if (/^\d+$/.test(text) && epoch >= 315_532_800 && epoch < 4_102_444_800) return epoch;
  throw new UserError(`SOURCE_DATE_EPOCH is '${text}', not seconds from 1980 to 2099`, { exitCode: 2 });
}

/** Every manifest, its signature, and the packs that it names. */
async function findStoreFiles({ store, key }: SiteState, machines: readonly MediumMachine[]): Promise<string[]> {
  const files = new Set<string>();
  for (const { lookup } of machines) {
    const fetcher = directoryFetcher(store.dir);
    const { image, packages } = await fetchManifests({ lookup, fetcher, publicKeys: [key.publicPem] });
    for (const { manifest } of [lookup.image, ...lookup.packages]) {
      files.add(`manifests/${manifest}`).add(`manifests/${manifest}.sig`);
    }
    for (const { packs } of [image, ...packages]) for (const { sha256 } of packs) files.add(`packs/${sha256}`);
  }
  return [...files].sort();
}

async function sizeOf(dir: string, files: readonly string[]): Promise<number> {
  const sizes = await Promise.all(files.map(async (file) => (await stat(join(dir, file))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
