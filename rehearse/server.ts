// The real netboot server, as a process of its own inside the rehearsal's network.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { UserError } from '../lib/errors.ts';
import { createControlClient } from '../netboot/control-client.ts';
import type { ControlClient } from '../netboot/control-client.ts';
import { gutintegArgv } from './gutinteg-argv.ts';
import type { Namespace } from './namespace.ts';
import { waitFor } from './wait-for.ts';

export type Server = { readonly control: ControlClient; readonly log: string; readonly stop: () => Promise<void> };

/** Starts `gutinteg serve` and waits until it answers. @throws UserError with its last words when it ends instead */
export async function startServer(input: {
  readonly namespace: Namespace;
  readonly siteDir: string;
  readonly stateDir: string;
  readonly logFile: string;
  readonly signal: AbortSignal;
}): Promise<Server> {
  const { namespace, siteDir, stateDir, logFile, signal } = input;
  const [file, ...args] = namespace.inside(
    gutintegArgv('serve', '--site', siteDir, '--state', stateDir, '--interface', namespace.bridge),
  );
  const log = { file: logFile, append: true } as const;
  const child = execa(file, args, {
    stdin: 'ignore',
    stdout: log,
    stderr: log,
    reject: false,
    cleanup: true,
    buffer: false,
  });
  let ended = false;
  void child.finally(() => (ended = true));
  const control = createControlClient(stateDir);
  await waitFor({
    what: 'the netboot server',
    timeoutMs: 60_000,
    signal,
    log: logFile,
    look: async () => {
      if (ended) throw new UserError(`gutinteg serve ended:\n${await readFile(logFile, 'utf8')}`);
      return control.all().catch(() => undefined);
    },
  });
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await child;
  };
  return { control, log: logFile, stop };
}

/** Router advertisements without a prefix: iPXE asks for one and otherwise waits 13 s longer (docs/deviations.md). */
export async function startRouter(namespace: Namespace, workDir: string): Promise<{ stop: () => Promise<void> }> {
  const add = namespace.inside(['ip', 'address', 'add', 'fd00:77::1/64', 'dev', namespace.bridge, 'nodad']);
  await execa(add[0], add.slice(1));
  const [file, ...args] = namespace.inside([
    'dnsmasq',
    '--keep-in-foreground',
    '--conf-file=/dev/null',
    '--port=0',
    '--enable-ra',
    '--dhcp-range=fd00:77::,ra-only',
    `--ra-param=${namespace.bridge},4,0`,
    `--log-facility=${join(workDir, 'router.log')}`,
    `--dhcp-leasefile=${join(workDir, 'router.leases')}`,
    '--user=root',
  ]);
  const child = execa(file, args, { stdin: 'ignore', reject: false, cleanup: true });
  return {
    stop: async () => {
      child.kill('SIGTERM');
      await child;
    },
  };
}
