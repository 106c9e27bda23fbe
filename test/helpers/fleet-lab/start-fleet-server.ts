// `gutinteg fleet serve` as a process of its own, in a namespace, as nobody. In: a state directory. Out: its end.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../../../lib/run-command.ts';

const program = join(import.meta.dirname, '../../../bin/gutinteg');
const NOBODY = 65_534;
/** It may read what root may: the program lies wherever this tree does. */
const READING = ['--inh-caps=-all,+dac_read_search', '--ambient-caps=-all,+dac_read_search'];
const AS_NOBODY = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', ...READING];

export type FleetServerPlace = { readonly stateDir: string; readonly namespace: string; readonly address: string };

export type ServerProcess = {
  /** At the port of the fleet. */
  readonly url: string;
  /** In PEM. */
  readonly certificate: string;
  /** Its log so far: the last 20,000 characters. */
  readonly log: () => string;
  readonly kill: (signal: NodeJS.Signals) => Promise<void>;
};

/** Makes the certificate unless there is one. Takes about 1.5 s. @throws Error with its log when it does not serve */
export async function startFleetServer({ stateDir, namespace, address }: FleetServerPlace): Promise<ServerProcess> {
  const certificate = join(stateDir, 'fleet/tls/certificate.pem');
  if (!existsSync(certificate)) await runCommand([program, 'fleet', 'tls', '--state', stateDir, '--name', address]);
  await runCommand(['chown', '-R', `${NOBODY}:${NOBODY}`, join(stateDir, 'fleet')]);
  const words = ['fleet', 'serve', '--state', stateDir, '--listen', `${address}:8443`];
  const child = spawn('ip', ['netns', 'exec', namespace, ...AS_NOBODY, program, ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'exit');
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    // It is read on, as a full pipe would stop the server.
    stream.on('data', (bytes: Buffer) => {
      said = `${said}${bytes.toString()}`.slice(-20_000);
    });
  }
  const kill = async (signal: NodeJS.Signals): Promise<void> => {
    child.kill(signal);
    await ended;
  };
  await isServed(child, () => said).catch(async (error: unknown) => {
    await kill('SIGKILL');
    throw error;
  });
  return { url: `https://${address}:8443`, certificate, log: () => said, kill };
}

function isServed(child: ChildProcess, said: () => string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(() => reject(new Error(`the server does not serve:\n${said()}`)), 30_000);
  child.once('exit', () => reject(new Error(`the server has ended:\n${said()}`)));
  child.stdout?.on('data', () => void (said().includes('the fleet is served') && resolve()));
  child.stderr?.on('data', () => void (said().includes('the fleet is served') && resolve()));
  return promise.finally(() => clearTimeout(timer));
}
