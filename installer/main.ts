// The program that the boot ramdisk runs (netboot/ramdisk/files/start.mjs). Exit code 0: installed, the machine reboots; 7: it
// is left alone, and would start from its medium again; anything else: an installation that failed. Never: does anything
// when it is only imported.
import { readFile, readdir } from 'node:fs/promises';
import { uptime } from 'node:os';
import { join } from 'node:path';
import { createClient } from '../contract/client.ts';
import type { InstallClient } from '../contract/client.ts';
import type { Lookup } from '../contract/lookup.ts';
import { describeError, UserError } from '../lib/errors.ts';
import { runCommand } from '../lib/run-command.ts';
import { parsePublicKeys } from '../packagelink/manifests/keys.ts';
import { install } from './apply/install.ts';
import { isFinal } from './apply/is-final.ts';
import { parseKernelParameters, parseMediumParameters } from './look/kernel-parameters.ts';
import { readMacs } from './look/read-facts.ts';
import { startDiskNext } from './medium/start-disk-next.ts';
import { startFromMedium } from './medium/start-from-medium.ts';
import type { Start } from './medium/start-from-medium.ts';
import { createProgress } from './apply/report-progress.ts';
import type { Progress } from './apply/report-progress.ts';

const KEYS_DIR = '/etc/gutinteg/keys';
/** How long a server that went away is waited for, in the middle of an installation. */
const PATIENCE_MS = 5 * 60_000;

/** What /init is told by the exit code: this machine is not to be installed, and would start the medium again. */
const LEFT_ALONE = 7;

/** Installs this machine, or leaves it alone; at the end, the exit code says which. */
export async function main(): Promise<void> {
  const commandLine = await readFile('/proc/cmdline', 'utf8');
  try {
    const publicKeys = await readPublicKeys();
    const start = await findStart(commandLine, publicKeys);
    if (start.kind === 'install') return await installFrom(start, publicKeys);
    print(`\nThis machine is left alone: ${start.why}\nNothing was changed.`);
    const next = await startDiskNext(runCommand);
    if (next !== undefined) print(`The firmware starts '${next}' next.`);
    process.exitCode = next === undefined ? LEFT_ALONE : 0;
  } catch (error) {
    print(['', 'THE INSTALLATION DID NOT BEGIN', ...describeFailure(error, 'No disk has been changed.')].join('\n'));
    process.exitCode = 1;
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** From the network, the kernel's command line says all; from a medium, the medium does, or the server. */
async function findStart(commandLine: string, publicKeys: readonly string[]): Promise<Start> {
  const clientOptions = {
    publicKeys: parsePublicKeys(publicKeys),
    patienceMs: PATIENCE_MS,
    onServer: (state: 'away' | 'back', detail: string): void =>
      print(state === 'away' ? `the server does not answer: ${detail}` : 'the server is back'),
  };
  const medium = parseMediumParameters(commandLine);
  if (medium !== undefined) {
    return startFromMedium({ parameters: medium, macs: await readMacs(), run: runCommand, clientOptions });
  }
  const parameters = parseKernelParameters(commandLine);
  return { kind: 'install', parameters, client: createClient({ ...parameters, ...clientOptions }) };
}

async function installFrom(
  { parameters, client, onLeave }: Extract<Start, { kind: 'install' }>,
  publicKeys: readonly string[],
): Promise<void> {
  let lookup: Lookup | undefined;
  let diskChanged = false;
  const progress = createProgress({
    print,
    now: () => uptime() * 1000,
    send: async (events) => {
      if (lookup !== undefined) await client.sendEvents(lookup.machineId, events);
    },
  });
  try {
    await install({
      parameters,
      client,
      publicKeys,
      run: runCommand,
      progress,
      onLookup: (found) => (lookup = found),
      onFirstWrite: () => (diskChanged = true),
      onLeave,
    });
    await progress.flush();
    if (lookup !== undefined) await client.sendEvents(lookup.machineId, [{ kind: 'rebooting' }]);
    print('The installation is complete; the machine boots from its own disk now.');
  } catch (error) {
    await explainFailure({ error, client, lookup, diskChanged, progress });
    process.exitCode = 1;
  }
}

async function explainFailure(failure: {
  readonly error: unknown;
  readonly client: InstallClient;
  readonly lookup: Lookup | undefined;
  readonly diskChanged: boolean;
  readonly progress: Progress;
}): Promise<void> {
  const { error, client, lookup, diskChanged, progress } = failure;
  const step = progress.currentStep();
  const message = describeError(error);
  const harm = diskChanged ? 'The disk has been changed; it does not boot yet.' : 'No disk has been changed.';
  const heading = `INSTALLATION FAILED${step === undefined ? '' : ` in step '${step}'`}`;
  print(['', heading, ...describeFailure(error, harm)].join('\n'));
  if (lookup === undefined) return;
  const retry = !isFinal(error);
  await progress.flush();
  await client
    .sendEvents(lookup.machineId, [
      { kind: 'failed', ...(step === undefined ? {} : { step }), message: message.slice(0, 8000), diskChanged, retry },
    ])
    .catch((unsent: unknown) => {
      print(`the server was not told: ${describeError(unsent)}`);
    });
}

function describeFailure(error: unknown, harm: string): string[] {
  return [
    describeError(error),
    harm,
    ...(error instanceof UserError && error.hint !== undefined ? [`try: ${error.hint}`] : []),
    ...(error instanceof UserError ? [] : [error instanceof Error ? (error.stack ?? '') : '']),
  ];
}

async function readPublicKeys(): Promise<string[]> {
  const names = (await readdir(KEYS_DIR)).filter((name) => name.endsWith('.pub')).sort();
  return Promise.all(names.map(async (name) => readFile(join(KEYS_DIR, name), 'utf8')));
}
