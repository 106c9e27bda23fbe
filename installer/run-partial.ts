// The partial install: brings the running machine back to its description, and says what it had to change.
// In: the machine's own state, the server. Out: a report. Never: touches a partition table or a file system's format.
import { readFile, stat, writeFile } from 'node:fs/promises';
import type { Report } from '../contract/report.ts';
import type { ServerClient } from '../contract/client.ts';
import type { Lookup } from '../contract/lookup.ts';
import { describeError, UserError } from '../lib/errors.ts';
import type { RunCommand } from '../lib/run-command.ts';
import { writeFileAtomically } from '../lib/write-file-atomically.ts';
import { commandSource } from '../packagelink/after-command.ts';
import { applyWithCommands } from '../packagelink/apply-with-commands.ts';
import type { WithCommandsResult } from '../packagelink/apply-with-commands.ts';
import type { Fetcher } from '../packagelink/fetch.ts';
import { readPlace } from '../packagelink/read-place.ts';
import { describeDisk } from '../partition-specs/disk-facts.ts';
import { parsePartitionSpec } from '../partition-specs/spec.ts';
import { renderLinux } from '../partition-specs/render/linux.ts';
import { bootDiskArgv, locateBootAreas } from './boot-loaders/plan-boot-areas.ts';
import { readBootDigests } from './boot-loaders/read-boot-digests.ts';
import { fetchManifests } from './fetch-manifests.ts';
import { FILES_DATABASE, FIRST_BOOT_FILE, MACHINE_FILE } from './machine-state.ts';
import type { MachineState } from './machine-state.ts';
import { planFiles } from './plan-files.ts';
import { readMacs } from './read-facts.ts';
import { readHardware } from './read-hardware.ts';
import { readSystem } from './read-system.ts';
import { systemOf } from './systems/all.ts';
import type { SystemKind } from './systems/system-kind.ts';

export type PartialContext = {
  readonly state: MachineState;
  readonly client: ServerClient;
  readonly fetcher: Fetcher;
  readonly publicKeys: readonly string[];
  readonly run: RunCommand;
  /** Say what would change, and change nothing. */
  readonly dryRun: boolean;
};

type Change = Report['changes'][number];

const REPORTED_CHANGES = 1000;

/**
 * One run on the running machine; the report has been delivered when it returns, except for a dry run.
 * @throws UserError when nothing could be brought back; the server has been told, where it could be reached
 */
export async function runPartial(context: PartialContext): Promise<Report> {
  const started = performance.now();
  const { state, client, dryRun } = context;
  const lookup = await lookUpSelf(context);
  const firstBoot = !(await exists(FIRST_BOOT_FILE));
  const about = {
    run: dryRun ? 'check' : firstBoot ? 'first-boot' : 'partial',
    generation: lookup.generation,
    bootId: (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim(),
  } as const;
  const secondsNow = (): number => Math.round(performance.now() - started) / 1000;
  const { files, boot } = await bringBack(context, lookup).catch(async (error: unknown) => {
    const errors = [describeError(error).slice(0, 8000)];
    const failure = { ...about, ok: false, seconds: secondsNow(), changes: [], changedTotal: 0, errors, notices: [] };
    // The failure itself is what the caller must see, also when the server cannot be told of it.
    if (!dryRun) await client.sendReport(state.machineId, failure).catch(() => undefined);
    throw error;
  });
  const changes = [...files.changes.map((change) => ({ ...change, path: `/${change.path}` })), ...boot.changes];
  const errors = [...files.errors, ...boot.errors];
  const report: Report = {
    ...about,
    ok: errors.length === 0,
    seconds: secondsNow(),
    changes: changes.slice(0, REPORTED_CHANGES),
    changedTotal: changes.length,
    errors: errors.slice(0, 100),
    notices: [...noticesOf(state, lookup), ...boot.notices, ...files.notices].slice(0, 100),
    ...(files.commands.length > 0 ? { commands: files.commands.slice(0, 100).map(asReported) } : {}),
    ...(firstBoot && state.data.length > 0 ? { data: state.data } : {}),
    system: { ...(await readSystem(context.run)), ...(firstBoot ? { hardware: await readHardware() } : {}) },
  };
  if (dryRun) return report;
  await client.sendReport(state.machineId, report);
  if (firstBoot && report.ok) await writeFile(FIRST_BOOT_FILE, '');
  const { bootLoader } = boot;
  if (state.generation !== lookup.generation || bootLoader !== state.bootLoader) {
    await saveState({ ...state, bootLoader, generation: lookup.generation });
  }
  return report;
}

async function bringBack(context: PartialContext, lookup: Lookup) {
  const files = await bringFilesBack(context, lookup);
  // What was changed and what commands said must be reported also when the boot loader cannot be put back.
  const boot = await keepBootLoader(context, systemOf(lookup.record['OS'])).catch((error: unknown) => {
    if (!(error instanceof UserError)) throw error;
    return {
      changes: [],
      notices: [],
      errors: [describeError(error).slice(0, 8000)],
      bootLoader: context.state.bootLoader,
    };
  });
  return { files, boot };
}

function asReported(run: WithCommandsResult['commands'][number]): NonNullable<Report['commands']>[number] {
  return { ...run, argv: run.argv.slice(0, 1000).map((word) => word.slice(0, 4096)) };
}

async function lookUpSelf({ state, client }: PartialContext): Promise<Lookup> {
  const macs = await readMacs();
  const mac = macs.find((candidate) => candidate === state.mac) ?? macs[0];
  if (mac === undefined) throw new UserError('this machine has no network card, so it cannot be looked up');
  const lookup = await client.lookup(mac);
  if (lookup.machineId === state.machineId) return lookup;
  throw new UserError(
    `the server takes ${mac} for machine ${lookup.machineId} (${lookup.name}), but this is ${state.machineId} ` +
      `(${state.hostname}); nothing was changed`,
    { hint: `gutinteg status ${lookup.name}   on the server` },
  );
}

async function bringFilesBack(context: PartialContext, lookup: Lookup): Promise<WithCommandsResult> {
  const { state, fetcher, publicKeys } = context;
  const manifests = await fetchManifests({ lookup, fetcher, publicKeys });
  const tree = planFiles({
    lookup,
    ...manifests,
    diskFiles: renderLinux(state.layout).files,
    consoles: state.consoles,
    system: systemOf(lookup.record['OS']),
  });
  return applyWithCommands({
    target: '/',
    tree,
    sources: [manifests.image, ...manifests.packages].map(commandSource),
    place: readPlace(),
    fetcher,
    stateFile: FILES_DATABASE,
    dryRun: context.dryRun,
    osmode: lookup.record['OSMODE'] === 'packages' ? 'packages' : 'image',
  });
}

/** Reinstalls the boot loader on each disk where its bytes are not those that the installation recorded. */
async function keepBootLoader(
  { state, run, dryRun }: PartialContext,
  system: SystemKind,
): Promise<{ changes: Change[]; notices: string[]; errors: string[]; bootLoader: MachineState['bootLoader'] }> {
  const { bootLoader } = state;
  const { found, missing } = locateBootAreas(
    bootLoader.map(({ areas }) => areas),
    (await run(bootDiskArgv)).stdout,
  );
  const changes: Change[] = [];
  const kept: MachineState['bootLoader'] = [];
  for (const areas of found) {
    const recorded = bootLoader.find((each) => each.areas.partUuid === areas.partUuid)?.digests ?? {};
    const now = await readBootDigests(areas);
    const wrong = areas.areas.map(({ name }) => name).filter((name) => now[name] !== recorded[name]);
    if (wrong.length > 0) {
      const why = `boot loader: ${wrong.join(' and ')} not as installed`;
      changes.push({ path: areas.disk, action: 'replaced', why });
      if (!dryRun) await run(system.bootLoaderArgv(areas.disk));
    }
    kept.push({ areas, digests: wrong.length === 0 || dryRun ? recorded : await readBootDigests(areas) });
  }
  const notices = missing.map(({ partUuid }) => missingDisk(state.layout, partUuid));
  const absent = bootLoader.filter(({ areas }) => missing.some(({ partUuid }) => partUuid === areas.partUuid));
  return {
    changes,
    notices,
    errors: [],
    bootLoader: changes.length === 0 || dryRun ? bootLoader : [...kept, ...absent],
  };
}

function missingDisk({ disks }: MachineState['layout'], partUuid: string): string {
  const disk = disks.find(({ partitions }) => partitions.some(({ uuid }) => uuid === partUuid));
  const which = disk === undefined ? `the one with partition ${partUuid}` : describeDisk(disk.hardware);
  return `a disk that the machine could start from is missing: ${which}`;
}

function noticesOf(state: MachineState, lookup: Lookup): string[] {
  const wanted = parsePartitionSpec(lookup.record['PARTITION'] ?? '').text;
  if (wanted === state.layout.spec) return [];
  return [
    `PARTITION has changed since the installation: needs reinstall (installed: ${state.layout.spec}; wanted: ${wanted})`,
  ];
}

async function saveState(state: MachineState): Promise<void> {
  await writeFileAtomically(MACHINE_FILE, `${JSON.stringify(state, null, 2)}\n`);
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
