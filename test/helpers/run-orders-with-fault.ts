// Runs of an executor, each with a fault at one of the calls that change a file. Its package system is a directory: a package is there
// if its directory is. In: a directory by the first argument, a line of JSON for each run. Out: a line for each.
import { mkdirSync, readdirSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { openReports } from '../../fleet-agent/executor/report-files.ts';
import { openExecutorDirectory, requireHost } from '../../fleet-agent/executor/open-executor.ts';
import { openStagedFiles } from '../../fleet-agent/executor/staged-files.ts';
import { readSpool } from '../../fleet-agent/executor/read-spool.ts';
import { runOrders } from '../../fleet-agent/executor/run-orders.ts';
import { readUptime } from '../../fleet-agent/state/due-file.ts';
import { runCommand } from '../../lib/run-command.ts';
import { dpkg } from '../../package-systems/dpkg/dpkg.ts';
import type { PackageQuestion, PackageSystem } from '../../package-systems/package-system.ts';
import { withFault } from './faults.ts';
import type { Fault } from './faults.ts';

export type FaultyOrders = { readonly fault: Fault; readonly key: string };
export type FaultyOrdersResult = { readonly thrown: string; readonly calls: number };

const [directory = ''] = process.argv.slice(2);
const packages = join(directory, 'packages');
mkdirSync(packages, { recursive: true });
const says = <T>(answer: () => T): PackageQuestion<T> => ({ commands: [], parse: answer });

const system: PackageSystem = {
  ...dpkg,
  list: says(() => readdirSync(packages).map((name) => ({ name, arch: 'all', version: '1', flags: [], origin: '' }))),
  broken: says(() => []),
  simulate: (job) => says(() => namesOf(job).map((name) => ({ name, arch: 'all', before: undefined, after: '1' }))),
  // A second time, it would fail.
  plan: (job) => namesOf(job).map((name) => ({ argv: ['mkdir', join(packages, name)] })),
  download: () => [{ argv: ['true'] }],
  locks: [],
  besideEdited: [],
};

const namesOf = (job: Parameters<PackageSystem['plan']>[0]): string[] =>
  'packages' in job ? job.packages.map(({ name }) => name) : [];

for await (const line of createInterface(process.stdin)) {
  const { fault, key } = JSON.parse(line) as FaultyOrders;
  const { result, calls } = await withFault(fault, async () => {
    try {
      await run(key);
      return '';
    } catch (error) {
      return String(error);
    }
  });
  process.stdout.write(`${JSON.stringify({ thrown: result, calls } satisfies FaultyOrdersResult)}\n`);
}

async function run(key: string): Promise<void> {
  const paths = openExecutorDirectory(join(directory, 'executor'), join(directory, 'trust'));
  requireHost(paths, join(directory, 'state'));
  const spool = join(directory, 'state/orders');
  await runOrders({
    context: {
      paths,
      system,
      host: { run: runCommand },
      files: openStagedFiles(join(directory, 'state/files'), paths.files),
      reports: openReports(paths.reports, readSpool(spool).owner),
      limits: { programMs: 5000, lockMs: 0, healthMs: 1000 },
      uptime: readUptime(),
      now: Date.now,
    },
    trust: () => ({ keys: [key] }),
    spool: () => readSpool(spool).orders,
    isStopping: () => false,
    onResult: () => {},
  });
}
