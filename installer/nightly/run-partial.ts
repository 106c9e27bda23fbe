// The partial install: brings the running machine back to its description, and says what it had to change.
// In: the machine's own state, the server or what it last said. Out: a report. Never: touches a partition table or a
// file system's format; lets the server's absence keep it from what it can do alone.
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Lookup } from '../../contract/lookup.ts';
import type { Report } from '../../contract/report.ts';
import { describeWithHint, UserError } from '../../lib/errors.ts';
import type { RunCommand } from '../../lib/run-command.ts';
import type { WithCommandsResult } from '../../packagelink/commands/apply-with-commands.ts';
import { parsePartitionSpec } from '../../partition-specs/spec.ts';
import { activateAgent, secureAgent } from '../upgrade/activate-agent.ts';
import type { Said } from '../upgrade/activate-agent.ts';
import { convergeFiles, describePlaces, findShortcut } from './converge-files.ts';
import type { Places } from './converge-files.ts';
import { explainSystemError } from '../upgrade/conclusion.ts';
import { findDescription } from '../description/find-description.ts';
import type { Description } from '../description/find-description.ts';
import { writeStartedKernels } from '../kernels/started-kernels.ts';
import { announceNetboot } from './announce-netboot.ts';
import { keepBootLoader } from './keep-boot-loader.ts';
import type { KeptBootLoader } from './keep-boot-loader.ts';
import { manifestsOf } from '../description/fetch-manifests.ts';
import { readAwaySince, saveLastKnown } from '../description/last-known.ts';
import { FIRST_BOOT_FILE, writeMachineState } from '../machine/machine-state.ts';
import type { MachineState } from '../machine/machine-state.ts';
import type { PartialContext } from './run-context.ts';
import { readFleetKey } from '../look/read-fleet-key.ts';
import { readHostKeys } from '../look/read-host-keys.ts';
import { readHardware } from '../look/read-hardware.ts';
import { readSystem } from '../look/read-system.ts';
import { deliverReport } from './deliver-report.ts';
import { systemOf } from '../systems/all.ts';

const REPORTED_CHANGES = 1000;

/**
 * One run. The report has been delivered when it returns, or, where the server is away, waits for a run that reaches it.
 * @throws UserError when nothing could be compared; the server has been told, where it could be reached
 */
export async function runPartial(context: PartialContext): Promise<Report> {
  const startedAtMs = context.now();
  const places = await describePlaces(context);
  const description = await findDescription({
    ...context,
    shortcut: async (about) => findShortcut(places, about, context.contents),
  });
  const about = await describeRun(context, description, startedAtMs);
  const isQuiet = context.mode !== 'run';
  const unnoted = isQuiet ? [] : await noteStart(context, places);
  const done = await bringBack(context, description, places).catch(async (error: unknown) => {
    const failure: Report = {
      ...about,
      ok: false,
      seconds: secondsSince(context, startedAtMs),
      changes: [],
      changedTotal: 0,
      errors: [describeWithHint(error).slice(0, 8000)],
      notices: [],
    };
    // The failure itself is what the caller must see, also when the server cannot be told of it.
    if (!isQuiet) await deliverReport(context, failure).catch(() => undefined);
    throw error;
  });
  const forgotten = isQuiet || description.away !== undefined ? [] : await remember(context, description, done.boot);
  const unkept = [...unnoted, ...forgotten];
  const next = await announceNetboot(context, description);
  const report = await composeReport({ context, description, about, done: { ...done, unkept, next }, startedAtMs });
  if (isQuiet) return report;
  const told = await deliverReport(context, report);
  if (context.adopting === true || (about.run === 'first-boot' && report.ok && told.serverAway === undefined)) {
    await writeFile(join(context.root, FIRST_BOOT_FILE), '');
  }
  return told;
}

type About = Pick<Report, 'run' | 'generation' | 'bootId' | 'startedAtMs' | 'serverAway' | 'hostKeys' | 'fleetKey'>;
type Done = {
  readonly files: WithCommandsResult;
  readonly boot: KeptBootLoader;
  readonly agent: Said;
};

async function describeRun({ mode, root, adopting }: PartialContext, description: Description, startedAtMs: number) {
  const isFirst = !(await exists(join(root, FIRST_BOOT_FILE)));
  const partial = adopting === true ? 'adopted' : isFirst ? 'first-boot' : 'partial';
  const sinceMs = (await readAwaySince(root)) ?? startedAtMs;
  const about: About = {
    run: mode === 'run' ? partial : 'check',
    generation: description.lookup.generation,
    bootId: (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim(),
    startedAtMs,
    hostKeys: await readHostKeys(root, description.lookup.record),
    ...(await readFleetKey(root)),
    ...(mode === 'run' && description.away !== undefined ? { serverAway: { sinceMs } } : {}),
  };
  return about;
}

async function bringBack(context: PartialContext, description: Description, places: Places): Promise<Done> {
  const { lookup } = description;
  const system = systemOf(lookup.record['OS']);
  const changeNothing = context.mode !== 'run';
  const activating =
    changeNothing || context.agent === undefined
      ? undefined
      : { root: context.root, running: context.agent, run: context.run };
  const secured = activating === undefined ? NOTHING_SAID : await secureAgent(activating);
  const files = await convergeFiles(context, description, places);
  const boot =
    context.root === '/'
      ? await keepBootLoader({ state: context.state, system, run: context.run, changeNothing })
      : { changes: [], errors: [], notices: [], bootLoader: context.state.bootLoader };
  const activated = activating === undefined ? NOTHING_SAID : await activateAgent(activating);
  const agent = {
    errors: [...new Set([...secured.errors, ...activated.errors])],
    notices: [...new Set([...secured.notices, ...activated.notices])],
  };
  return { files, boot, agent };
}

const NOTHING_SAID: Said = { errors: [], notices: [] };

async function composeReport(input: {
  readonly context: PartialContext;
  readonly description: Description;
  readonly about: About;
  readonly done: Done & { readonly unkept: readonly string[]; readonly next: readonly string[] };
  readonly startedAtMs: number;
}): Promise<Report> {
  const { context, description, about, done, startedAtMs } = input;
  const { files, boot, agent } = done;
  const changes = [...files.changes.map((change) => ({ ...change, path: `/${change.path}` })), ...boot.changes];
  const errors = [...files.errors, ...boot.errors, ...agent.errors, ...done.unkept];
  const own = noticesOf(context.state, description.lookup);
  const isFirst = about.run === 'first-boot';
  return {
    ...about,
    ok: errors.length === 0,
    seconds: secondsSince(context, startedAtMs),
    changes: changes.slice(0, REPORTED_CHANGES),
    changedTotal: changes.length,
    errors: errors.slice(0, 100),
    notices: [...own, ...done.next, ...agent.notices, ...boot.notices, ...files.notices].slice(0, 100),
    ...(files.commands.length > 0 ? { commands: files.commands.slice(0, 100).map(asReported) } : {}),
    ...(isFirst && context.state.data.length > 0 ? { data: context.state.data } : {}),
    ...(context.root === '/' ? { system: await describeSystem(context.run, isFirst) } : {}),
  };
}

function asReported(run: WithCommandsResult['commands'][number]): NonNullable<Report['commands']>[number] {
  return { ...run, argv: run.argv.slice(0, 1000).map((word) => word.slice(0, 4096)) };
}

async function describeSystem(run: RunCommand, isFirst: boolean): Promise<NonNullable<Report['system']>> {
  return { ...(await readSystem(run)), ...(isFirst ? { hardware: await readHardware() } : {}) };
}

/** Keeps what the next run needs when it finds the server away; answers why it could not. */
async function remember(context: PartialContext, description: Description, boot: KeptBootLoader): Promise<string[]> {
  const { root, state } = context;
  const { lookup, cache } = description;
  try {
    await cache.keep(manifestsOf(lookup));
    // Once the server is away, nobody knows whether that is still so.
    const { armed: _armed, ...known } = lookup;
    await saveLastKnown(root, known);
    if (state.generation !== lookup.generation || boot.bootLoader !== state.bootLoader) {
      await writeMachineState({ ...state, bootLoader: boot.bootLoader, generation: lookup.generation }, root);
    }
    return [];
  } catch (error) {
    const explained = explainSystemError(error);
    if (!(explained instanceof UserError)) throw error;
    return [`what this run went by could not be kept for the next: ${describeWithHint(error)}`.slice(0, 8000)];
  }
}

/** Before anything is deleted: which kernel runs. Answers why it could not be noted. */
async function noteStart({ root }: PartialContext, { boot }: Places): Promise<string[]> {
  if (!boot.isNewStart) return [];
  try {
    await writeStartedKernels(root, boot.started);
    return [];
  } catch (error) {
    const explained = explainSystemError(error);
    if (!(explained instanceof UserError)) throw error;
    return [`the kernel that is running could not be noted: ${describeWithHint(error)}`.slice(0, 8000)];
  }
}

function noticesOf({ layout }: MachineState, lookup: Lookup): string[] {
  if (layout === undefined) return ['disks and boot loader are left to this machine: it was adopted, not installed'];
  const wanted = parsePartitionSpec(lookup.record['PARTITION'] ?? '').text;
  if (wanted === layout.spec) return [];
  return [
    `PARTITION has changed since the installation: needs reinstall (installed: ${layout.spec}; wanted: ${wanted})`,
  ];
}

function secondsSince({ now }: PartialContext, startedAtMs: number): number {
  return Math.max(0, Math.round(now() - startedAtMs)) / 1000;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
