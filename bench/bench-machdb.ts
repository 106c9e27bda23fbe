// 110,000 machines: reading and checking all, asking for one, looking up over HTTP while it is read anew, comparing two.
// Beside ansible-inventory with an equal inventory, GNU diff with the same files, and bare node:http.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { parseJsonEdge } from '../lib/parse-edge.ts';
import { runCommand } from '../lib/run-command.ts';
import type { Argv } from '../lib/run-command.ts';
import { loadMachdb } from '../machdb/load.ts';
import { generateMachdb, largeSite, machineMac, machineName } from './generate-machdb.ts';
import { inventoryOf } from './machdb-inventory.ts';

const RUNS = 5;
const CHANGED = 588;
const LOAD = { connections: 32, seconds: 15 };
const root = join(import.meta.dirname, '..');
const node = process.execPath;
const usageSchema = z.object({ memoryBytes: z.number(), cpuSeconds: z.number() });

type Figure = { readonly seconds: number; readonly memoryBytes: number };

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
const mib = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MiB`;

/** One run of a whole process, from its start to its end. */
async function time(argv: Argv, okExitCodes: readonly number[] = [0]): Promise<number> {
  const started = performance.now();
  // Ansible refuses to start without UTF-8.
  const env = { LC_ALL: 'C.UTF-8' };
  await runCommand(argv, { okExitCodes, timeoutMs: 900_000, cwd: work, env });
  return (performance.now() - started) / 1000;
}

/** Several cold runs of machdb, with the most memory that any of them took. */
async function timeMachdb(args: readonly string[], okExitCodes: readonly number[] = [0]): Promise<Figure> {
  const usage = join(work, 'usage.json');
  const figures: Figure[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    const started = performance.now();
    await runCommand(
      [
        node,
        '--disable-warning=ExperimentalWarning',
        '--import',
        join(root, 'bench/report-usage.ts'),
        join(root, 'bin/machdb.ts'),
        ...args,
      ],
      { okExitCodes, env: { GUTINTEG_USAGE: usage }, timeoutMs: 300_000 },
    );
    const seconds = (performance.now() - started) / 1000;
    const { memoryBytes } = parseJsonEdge(usageSchema, await readFile(usage, 'utf8'), usage);
    figures.push({ seconds, memoryBytes });
  }
  const all = figures.map(({ seconds }) => seconds);
  const most = Math.max(...figures.map(({ memoryBytes }) => memoryBytes));
  const range = `${Math.min(...all).toFixed(2)}–${Math.max(...all).toFixed(2)}`;
  print(`  machdb ${args[0]}: ${median(all).toFixed(2)} s (median of ${RUNS} cold runs, ${range}), ${mib(most)}`);
  return { seconds: median(all), memoryBytes: most };
}

function ratio(what: string, ours: number, theirs: number): void {
  print(`  ${what}: ${theirs.toFixed(2)} s, ${(theirs / ours).toFixed(1)} times as long`);
}

async function writeSite(dir: string): Promise<void> {
  await mkdir(join(dir, 'machdb'), { recursive: true });
  for (const { name, text } of generateMachdb(largeSite)) await writeFile(join(dir, 'machdb', name), text);
  const packages = [
    'base',
    ...Array.from({ length: 160 }, (_, index) => `p${Math.floor(index / 40)}-${index % 40}`),
    ...Array.from({ length: 30 }, (_, index) => `extra-${index}`),
  ];
  for (const name of packages) await mkdir(join(dir, 'packages', name), { recursive: true });
}

/** A second site in which 588 machines differ: one group of 588 is not to be had, so machines are changed in three ways. */
async function writeChangedSite(from: string, to: string): Promise<void> {
  await cp(from, to, { recursive: true });
  const changes = [/^( *OWNER=).*$/gm, /^( *CONTACT=).*$/gm, /^( *MEMORY=).*$/gm];
  const values = ['"group 999"', 'nobody@site.example', '4096G'];
  let left = CHANGED;
  for (let file = 0; left > 0; file += 1) {
    const path = join(to, 'machdb', `machines-${String(file).padStart(3, '0')}.db`);
    const text = await readFile(path, 'utf8');
    const pattern = changes[file % 3] ?? /$^/;
    const changed = text.replace(pattern, (line, head: string) => {
      if (left === 0) return line;
      left -= 1;
      return head + (values[file % 3] ?? '');
    });
    await writeFile(path, changed);
  }
}

type Server = { readonly port: number; readonly versions: () => number; readonly close: () => Promise<void> };

/** The server in a process of its own, on one processor. */
async function startServer(dir: string, kind: 'gutinteg' | 'fixed'): Promise<Server> {
  const child: ChildProcess = spawn(
    'taskset',
    ['-c', '0', node, '--disable-warning=ExperimentalWarning', join(root, 'bench/machdb-server.ts'), dir, kind],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const port = Promise.withResolvers<number>();
  let versions = 1;
  if (child.stdout === null || child.stdin === null) throw new Error('the server has no standard streams');
  createInterface(child.stdout).on('line', (line) => {
    const [word, number] = line.split(' ');
    if (word === 'port') port.resolve(Number(number));
    else versions = Number(number);
  });
  const { stdin } = child;
  return {
    port: await port.promise,
    versions: () => versions,
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
  if (/Non-2xx/.test(stdout)) print(`  ${/Non-2xx.*/.exec(stdout)?.[0]}`);
  return { perSecond, p99Ms };
}

async function benchServer(site: string): Promise<void> {
  const script = join(work, 'ask.lua');
  const macs = Array.from({ length: 5000 }, (_, index) => `"${machineMac((index * 7919) % largeSite.machines)}"`);
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
  let running = true;
  const touching = (async () => {
    for (let seen = 0; running; seen = server.versions()) {
      await utimes(join(site, 'machdb/machines-001.db'), new Date(), new Date());
      while (running && server.versions() === seen) await new Promise((resolve) => void setTimeout(resolve, 50));
    }
  })();
  const reading = await load(server.port, script);
  running = false;
  await touching;
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

const work = await mkdtemp(join(tmpdir(), 'gutinteg-bench-machdb-'));
try {
  const [site, changed] = [join(work, 'site'), join(work, 'changed')];
  await writeSite(site);
  await writeChangedSite(site, changed);
  const inventory = join(work, 'inventory.json');
  await writeFile(inventory, inventoryOf(await loadMachdb(join(site, 'machdb'))));
  const middle = machineName(largeSite.machines / 2);

  print(
    `${largeSite.machines} machines, ${largeSite.groups} groups, ${largeSite.levels} levels, ${largeSite.files} files`,
  );
  print('read, resolve and check everything:');
  await timeMachdb(['check', '--no-warnings', '--site', site]);
  print('the same, and look for what is only strange:');
  await timeMachdb(['check', '--site', site]);

  print('one machine, from a cold start:');
  const query = await timeMachdb(['query', middle, '--site', site]);
  await timeMachdb(['query', '--mac', machineMac(largeSite.machines / 2), '--site', site]);
  const host: Argv = ['ansible-inventory', '-i', inventory, '--host', middle];
  ratio('ansible-inventory --host (one run)', query.seconds, await time(host));

  print('every machine, as Ansible wants it:');
  const all = await timeMachdb(['export', 'ansible', '--site', site, '--output', join(work, 'ours.json')]);
  const list: Argv = ['ansible-inventory', '-i', inventory, '--list', '--output', join(work, 'theirs.json')];
  ratio('ansible-inventory --list (one run)', all.seconds, await time(list));

  print(`what differs between two databases, of which ${CHANGED} machines do:`);
  const diff = await timeMachdb(['diff', site, changed], [3]);
  ratio('diff -r, which compares lines and not machines', diff.seconds, await time(['diff', '-r', site, changed], [1]));

  await benchServer(site);
} finally {
  await rm(work, { recursive: true, force: true });
}
