// 110,000 machines: reading and checking all, asking for one, looking up over HTTP while it is read anew, comparing two.
// Beside ansible-inventory with an equal inventory, GNU diff with the same files, and bare node:http.
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { parseJsonEdge } from '../lib/parse-edge.ts';
import { runCommand } from '../lib/run-command.ts';
import type { Argv } from '../lib/run-command.ts';
import { loadMachdb } from '../machdb/load.ts';
import { generateMachdb, largeSite, machineMac, machineName } from './generate-machdb.ts';
import { inventoryOf } from './machdb-inventory.ts';
import { benchLookups } from './machdb-lookups.ts';

const RUNS = 5;
const CHANGED = 588;
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
  const label = args.includes('--mac') ? 'query --mac' : args[0];
  print(`  machdb ${label}: ${median(all).toFixed(2)} s (median of ${RUNS} cold runs, ${range}), ${mib(most)}`);
  return { seconds: median(all), memoryBytes: most };
}

function ratio(what: string, ours: number, theirs: number): void {
  print(`  ${what}: ${theirs.toFixed(2)} s, ${(theirs / ours).toPrecision(2)} times as long`);
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

/** A second site in which 588 machines differ, in three ways, 196 each. */
async function writeChangedSite(from: string, to: string): Promise<void> {
  await cp(from, to, { recursive: true });
  const changes = [
    { pattern: /^( *OWNER=).*$/gm, value: '"group 999"' },
    { pattern: /^( *CONTACT=).*$/gm, value: 'nobody@site.example' },
    { pattern: /^( *MEMORY=).*$/gm, value: '4096G' },
  ];
  const perFile = CHANGED / changes.length;
  for (const [file, { pattern, value }] of changes.entries()) {
    const path = join(to, 'machdb', `machines-${String(file).padStart(3, '0')}.db`);
    let changed = 0;
    const text = (await readFile(path, 'utf8')).replace(pattern, (line, head: string) => {
      changed += 1;
      return changed > perFile ? line : head + value;
    });
    await writeFile(path, text);
  }
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

  await benchLookups({ site, work, machines: largeSite.machines }, print);
} finally {
  await rm(work, { recursive: true, force: true });
}
