// The real netboot server, as a process of its own inside the rehearsal's network.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { UserError } from '../lib/errors.ts';
import type { Argv } from '../lib/run-command.ts';
import { createControlClient } from '../netboot/control-client.ts';
import type { ControlClient } from '../netboot/control-client.ts';
import { gutintegArgv } from './gutinteg-argv.ts';
import type { Namespace } from './namespace.ts';
import { waitFor } from './wait-for.ts';

/** How long a server may take to close its connections. */
const STOP_MS = 5000;

export type Server = {
  readonly control: ControlClient;
  /** Starts it and waits until it answers. @throws UserError with its last words when it ends instead */
  readonly start: () => Promise<void>;
  /** Ends it as a crash would: without a word to anybody. */
  readonly kill: () => Promise<void>;
  readonly stop: () => Promise<void>;
};

/** Starts `gutinteg serve` and waits until it answers. @throws UserError with its last words when it ends instead */
export async function startServer(input: {
  readonly namespace: Namespace;
  readonly siteDir: string;
  readonly stateDir: string;
  /** Whose rights the server has; `root` keeps root, with two capabilities. */
  readonly user: string;
  readonly logFile: string;
  readonly signal: AbortSignal;
}): Promise<Server> {
  const control = createControlClient(input.stateDir);
  const place = ['--site', input.siteDir, '--state', input.stateDir, '--interface', input.namespace.bridge];
  const argv = input.namespace.inside(gutintegArgv('serve', ...place, '--user', input.user));
  let running: { readonly end: (how: 'SIGTERM' | 'SIGKILL') => Promise<void> } | undefined;
  const end = async (how: 'SIGTERM' | 'SIGKILL'): Promise<void> => {
    await running?.end(how);
    running = undefined;
  };
  const server: Server = {
    control,
    start: async () => {
      const child = runServer(argv, input.logFile);
      running = child;
      try {
        await waitFor({
          what: 'the netboot server',
          timeoutMs: 60_000,
          signal: input.signal,
          log: input.logFile,
          look: async () => {
            if (child.hasEnded())
              throw new UserError(`gutinteg serve ended:\n${await readFile(input.logFile, 'utf8')}`);
            // Until it answers, the client says that no server does.
            return control.all().catch((error: unknown) => {
              if (error instanceof UserError) return undefined;
              throw error;
            });
          },
        });
      } catch (error) {
        await end('SIGTERM');
        throw error;
      }
    },
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
  };
  await server.start();
  return server;
}

function runServer([file, ...args]: Argv, logFile: string) {
  const log = { file: logFile, append: true } as const;
  const child = execa(file, args, {
    stdin: 'ignore',
    stdout: log,
    stderr: log,
    reject: false,
    cleanup: true,
    buffer: false,
    forceKillAfterDelay: STOP_MS,
  });
  let ended = false;
  void child.finally(() => (ended = true));
  return {
    hasEnded: () => ended,
    end: async (how: 'SIGTERM' | 'SIGKILL') => {
      child.kill(how);
      await child;
    },
  };
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
