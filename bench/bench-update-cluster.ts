// 100,000 hosts: update-cluster-parseconfig and update-cluster-add beside xmllint --format, which reads and writes the same
// file. Ours may take half as long again. Runs alternate, so that a busy computer slows all of them.
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../lib/run-command.ts';
import type { Argv } from '../lib/run-command.ts';
import { EMPTY_CLUSTER, insertHosts } from '../update-cluster/document/edit-document.ts';
import { parseCluster } from '../update-cluster/document/parse-document.ts';

const HOSTS = 100_000;
const RUNS = 11;
const MOST = 1.5;
const bin = join(import.meta.dirname, '../bin');

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;

/** Three bytes of an address, for the host of a number. */
const bytesOf = (number: number): number[] => [number >> 16, (number >> 8) & 255, number & 255];
const macOf = (number: number): string =>
  `02:00:00:${bytesOf(number)
    .map((byte) => byte.toString(16).toUpperCase().padStart(2, '0'))
    .join(':')}`;

function generateCluster(): string {
  const hosts = Array.from({ length: HOSTS }, (_, number) => {
    return { ip: `10.${bytesOf(number).join('.')}`, mac: macOf(number), hostname: `node${number}` };
  });
  return insertHosts(parseCluster(EMPTY_CLUSTER, 'bench').document, hosts);
}

async function time(argv: Argv): Promise<number> {
  const started = performance.now();
  await runCommand(argv, { timeoutMs: 120_000 });
  return (performance.now() - started) / 1000;
}

const work = await mkdtemp(join(tmpdir(), 'gutinteg-bench-'));
try {
  const [original, file, output] = ['original', 'cluster', 'output'].map((name) => join(work, `${name}.xml`)) as [
    string,
    string,
    string,
  ];
  await writeFile(original, generateCluster());
  const programs: Readonly<Record<string, (run: number) => Argv>> = {
    'xmllint --format': () => ['xmllint', '--format', original, '--output', output],
    'update-cluster-parseconfig ip hostname': () => [
      join(bin, 'update-cluster-parseconfig'),
      'ip',
      'hostname',
      '--file',
      original,
    ],
    'update-cluster-add': (run) => {
      const mac = macOf(0xff0000 + run);
      const program = join(bin, 'update-cluster-add');
      return [program, '--file', file, '--ip', `10.9.0.${run}`, '--mac', mac, '--hostname', `new${run}`];
    },
  };
  const seconds = Object.fromEntries(Object.keys(programs).map((name) => [name, [] as number[]]));
  // The first run of each is not counted: it fills the cache of compiled code.
  for (let run = 0; run <= RUNS; run += 1) {
    await copyFile(original, file);
    for (const [name, argvOf] of Object.entries(programs)) {
      const took = await time(argvOf(run));
      if (run > 0) seconds[name]?.push(took);
    }
  }
  const peer = median(seconds['xmllint --format'] ?? []);
  print(`${HOSTS} hosts, median of ${RUNS} runs, fastest in brackets; at most ${MOST} of xmllint is wanted`);
  for (const [name, all] of Object.entries(seconds)) {
    const own = median(all);
    print(`  ${name}: ${own.toFixed(3)} s (${Math.min(...all).toFixed(3)}), ${(own / peer).toFixed(2)} of xmllint`);
  }
} finally {
  await rm(work, { recursive: true });
}
