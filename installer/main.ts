// The program that the boot ramdisk runs: exit code 0 asks for a reboot, anything else is an installation that failed.
import { readFile, readdir } from 'node:fs/promises';
import { uptime } from 'node:os';
import { join } from 'node:path';
import { createClient } from '../contract/client.ts';
import type { ServerClient } from '../contract/client.ts';
import type { Lookup } from '../contract/lookup.ts';
import { describeError, UserError } from '../lib/errors.ts';
import { runCommand } from '../lib/run-command.ts';
import { install } from './apply/install.ts';
import { isFinal } from './apply/is-final.ts';
import { parseKernelParameters } from './look/kernel-parameters.ts';
import { createProgress } from './apply/report-progress.ts';
import type { Progress } from './apply/report-progress.ts';

const KEYS_DIR = '/etc/gutinteg/keys';
/** How long a server that went away is waited for, in the middle of an installation. */
const PATIENCE_MS = 5 * 60_000;

async function main(): Promise<void> {
  const parameters = parseKernelParameters(await readFile('/proc/cmdline', 'utf8'));
  const print = (line: string): void => void process.stdout.write(`${line}\n`);
  const client = createClient({
    ...parameters,
    patienceMs: PATIENCE_MS,
    onServer: (state, detail) =>
      print(state === 'away' ? `the server does not answer: ${detail}` : 'the server is back'),
  });
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
      publicKeys: await readPublicKeys(),
      run: runCommand,
      progress,
      onLookup: (found) => (lookup = found),
      onFirstWrite: () => (diskChanged = true),
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
  readonly client: ServerClient;
  readonly lookup: Lookup | undefined;
  readonly diskChanged: boolean;
  readonly progress: Progress;
}): Promise<void> {
  const { error, client, lookup, diskChanged, progress } = failure;
  const step = progress.currentStep();
  const message = describeError(error);
  const lines = [
    '',
    `INSTALLATION FAILED${step === undefined ? '' : ` in step '${step}'`}`,
    message,
    diskChanged ? 'The disk has been changed; it does not boot yet.' : 'No disk has been changed.',
    ...(error instanceof UserError && error.hint !== undefined ? [`try: ${error.hint}`] : []),
    ...(error instanceof UserError ? [] : [error instanceof Error ? (error.stack ?? '') : '']),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
  if (lookup === undefined) return;
  const retry = !isFinal(error);
  await progress.flush();
  await client
    .sendEvents(lookup.machineId, [
      { kind: 'failed', ...(step === undefined ? {} : { step }), message: message.slice(0, 8000), diskChanged, retry },
    ])
    .catch((unsent: unknown) => {
      process.stdout.write(`the server was not told: ${describeError(unsent)}\n`);
    });
}

async function readPublicKeys(): Promise<string[]> {
  const names = (await readdir(KEYS_DIR)).filter((name) => name.endsWith('.pub')).sort();
  return Promise.all(names.map(async (name) => readFile(join(KEYS_DIR, name), 'utf8')));
}

await main();
