// Look-ups over HTTP under load. In: a site. Out: requests a second and the slowest percent, with and without a database
// that changes all the time.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { runCommand } from '../lib/run-command.ts';
import { machineMac } from './generate-machdb.ts';

const LOAD = { connections: 32, seconds: 15 };
const root = join(import.meta.dirname, '..');
const node = process.execPath;

type Server = {
  readonly port: number;
  /** How many versions of the database have been in force. */
  readonly versions: () => number;
  readonly onVersion: (told: () => void) => void;
  readonly close: () => Promise<void>;
};

/** The server in a process of its own, on one processor. */
async function startServer(dir: string, kind: 'gutinteg' | 'fixed'): Promise<Server> {
  const child: ChildProcess = spawn(
    'taskset',
    ['-c', '0', node, '--disable-warning=ExperimentalWarning', join(root, 'bench/machdb-server.ts'), dir, kind],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const port = Promise.withResolvers<number>();
  let versions = 1;
  let told = (): void => undefined;
  if (child.stdout === null || child.stdin === null) throw new Error('the server has no standard streams');
  createInterface(child.stdout).on('line', (line) => {
    const [word, number] = line.split(' ');
    if (word === 'port') port.resolve(Number(number));
    else {
      versions = Number(number);
      told();
    }
  });
  const { stdin } = child;
  return {
    port: await port.promise,
    versions: () => versions,
    onVersion: (tell) => {
      told = tell;
    },
    close: async () => {
      const ended = once(child, 'exit');
      stdin.end();
      await ended;
    },
  };
}

/** wrk on the other processor: each connection asks for one machine after the other, by MAC, all over the database. */
async function load(port: number, script: string): Promise<{ perSecond: number; p99Ms: number }> {
  const { connections, seconds } = LOAD;
  const { stdout } = await runCommand(
    [
      'taskset',
      '-c',
      '1',
      'wrk',
      '-t',
      '1',
      '-c',
      String(connections),
      '-d',
      `${seconds}s`,
      '--latency',
      '-s',
      script,
      `http://127.0.0.1:${port}`,
    ],
    { timeoutMs: 120_000 },
  );
  const perSecond = Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]);
  const [, number, unit] = /99%\s+([\d.]+)(us|ms|s)/.exec(stdout) ?? [];
  const p99Ms = Number(number) * { us: 0.001, ms: 1, s: 1000 }[unit === 'us' || unit === 'ms' ? unit : 's'];
  const failed = /Non-2xx.*/.exec(stdout)?.[0];
  if (failed !== undefined) throw new Error(failed);
  return { perSecond, p99Ms };
}

/** How fast look-ups by MAC are answered, beside a server that has nothing to look up; each in a process of its own. */
export async function benchLookups(
  { site, work, machines }: { readonly site: string; readonly work: string; readonly machines: number },
  print: (line: string) => void,
): Promise<void> {
  const script = join(work, 'ask.lua');
  const macs = Array.from({ length: 5000 }, (_, index) => `"${machineMac((index * 7919) % machines)}"`);
  await writeFile(
    script,
    `local macs = {${macs.join(',')}}\nlocal at = 0\nrequest = function()\n  at = at % #macs + 1\n` +
      `  return wrk.format("GET", "/v1/records/by-mac/" .. macs[at])\nend\n`,
  );
  const fixed = await startServer(site, 'fixed');
  const bare = await load(fixed.port, script);
  await fixed.close();
  const server = await startServer(site, 'gutinteg');
  const quiet = await load(server.port, script);
  // One version after the other for the whole run: a file is touched as soon as the last change is in force.
  const before = server.versions();
  const touch = (): void => void utimes(join(site, 'machdb/machines-001.db'), new Date(), new Date());
  server.onVersion(touch);
  touch();
  const reading = await load(server.port, script);
  const versions = server.versions() - before;
  await server.close();
  const say = (what: string, { perSecond, p99Ms }: { perSecond: number; p99Ms: number }): void =>
    print(`  ${what}: ${Math.round(perSecond)} requests/s, p99 ${p99Ms.toFixed(2)} ms`);
  print(
    `look-ups by MAC over HTTP, one processor for the server, ${LOAD.connections} connections of wrk for ${LOAD.seconds} s:`,
  );
  say('while the database is read again and again', reading);
  print(`  (${versions} versions came into force during the ${LOAD.seconds} s)`);
  say('while it stays', quiet);
  say('bare node:http with a fixed answer', bare);
  print(
    `  ratio to bare node:http: ${(reading.perSecond / bare.perSecond).toFixed(2)} while reading, ${(quiet.perSecond / bare.perSecond).toFixed(2)} else`,
  );
}
