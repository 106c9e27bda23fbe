// `gutinteg fleet cache serve` as a process of its own, as nobody. In: a state directory, origins. Out: its end.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../../../lib/run-command.ts';

const program = join(import.meta.dirname, '../../../bin/gutinteg');
const NOBODY = 65_534;
/** It may read what root may: the program lies wherever this tree does. */
const READING = ['--inh-caps=-all,+dac_read_search', '--ambient-caps=-all,+dac_read_search'];
const AS_NOBODY = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', ...READING];
const STARTED_WITHIN_MS = 30_000;

export type CacheProcess = {
  /** Its log so far: the last 20,000 characters. */
  readonly log: () => string;
  readonly kill: (signal: NodeJS.Signals) => Promise<void>;
};

/** Takes about 0.5 s. @throws Error with its log when it does not serve */
export async function startPackageCache(place: {
  readonly stateDir: string;
  /** Without one, it serves where this process is. */
  readonly namespace?: string;
  readonly listen: string;
  /** `NAME=URL` */
  readonly origins: readonly string[];
  readonly words?: readonly string[];
}): Promise<CacheProcess> {
  const { stateDir, namespace, listen, origins, words = [] } = place;
  await mkdir(stateDir, { recursive: true });
  await runCommand(['chown', `${NOBODY}:${NOBODY}`, stateDir]);
  const own = ['fleet', 'cache', 'serve', '--state', stateDir, '--listen', listen];
  const all = [...own, ...origins.flatMap((origin) => ['--origin', origin]), ...words];
  const prefix = namespace === undefined ? [] : ['ip', 'netns', 'exec', namespace];
  const [file = program, ...rest] = [...prefix, ...AS_NOBODY, program, ...all];
  const child = spawn(file, rest, { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = once(child, 'exit');
  let said = '';
  const { promise: served, resolve, reject } = Promise.withResolvers<void>();
  child.stderr.on('data', (bytes: Buffer) => {
    said = `${said}${bytes.toString()}`.slice(-20_000);
    if (said.includes('the cache serves')) resolve();
  });
  child.once('exit', () => reject(new Error(`the cache has ended:\n${said}`)));
  const timer = setTimeout(() => reject(new Error(`the cache does not serve:\n${said}`)), STARTED_WITHIN_MS);
  const kill = async (signal: NodeJS.Signals): Promise<void> => {
    child.kill(signal);
    await ended;
  };
  try {
    await served;
  } catch (error) {
    await kill('SIGKILL');
    throw error;
  } finally {
    clearTimeout(timer);
  }
  return { log: () => said, kill };
}
