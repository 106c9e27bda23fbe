// What strangers cost: npm run bench netboot-floods -- [PART]… [--seed NUMBER]. The server and whoever sends run in network
// namespaces of their own. Beside each flood stand the answer times of a machine of the site that asks meanwhile. Exit code
// 1 when a lease that was acknowledged is gone, or the server has ended.
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { reportSchema } from '../contract/report.ts';
import { UserError } from '../lib/errors.ts';
import { runMain } from '../lib/exit.ts';
import { createLab, SERVER } from '../test/integration/netboot-lab.ts';
import type { Lab } from '../test/integration/netboot-lab.ts';
import { parseOptions } from './parse-options.ts';

const RANGE = { from: '10.77.10.0', to: '10.77.249.253' };
const POOL = 61_438;
const FLOOD = { perSecond: 2000, seconds: 10 };
const TIMES = 100;
const KILLS = 5;
const MUTATED = 100_000;

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const mib = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;

async function startLab(stack: AsyncDisposableStack): Promise<Lab> {
  const lab = await createLab(stack, { range: RANGE, program: join(import.meta.dirname, 'netboot-server.ts') });
  for (let host = 1; host <= 90; host += 1) {
    await lab.client(['ip', 'address', 'add', `10.77.2.${host}/16`, 'dev', 'pxe0']);
  }
  await lab.client(['ip', 'address', 'add', '10.77.0.9/16', 'dev', 'pxe0']);
  return lab;
}

/** The lines that a mode of netboot-client.ts prints; the last one is its result. */
async function send(lab: Lab, mode: string, ...words: readonly (number | string)[]): Promise<string[]> {
  const argv = [process.execPath, join(import.meta.dirname, 'netboot-client.ts'), mode, ...words.map(String)] as const;
  const { stdout } = await lab.client(argv, { timeoutMs: 540_000 });
  return stdout.trim().split('\n');
}

const resultOf = async (lab: Lab, mode: string, ...words: readonly (number | string)[]): Promise<string> =>
  (await send(lab, mode, ...words)).at(-1) ?? '';

async function memoryOf(lab: Lab): Promise<string> {
  const status = await readFile(`/proc/${lab.pid}/status`, 'utf8');
  const kib = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]);
  return `${mib(kib('VmRSS') * 1024)} now, ${mib(kib('VmHWM') * 1024)} at most`;
}

async function stateBytes(lab: Lab): Promise<number> {
  const sizes = ['netboot.db', 'netboot.db-wal'].map((name) => stat(join(lab.stateDir, name)).then(({ size }) => size));
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

/** Look-ups without a token, which anybody may ask for. */
async function lookups(lab: Lab): Promise<void> {
  const url = `http://${SERVER}:8080/v1/machines/by-mac/52:54:00:12:34:56`;
  await lab.client(['curl', '-sS', url]);
  const { stdout } = await lab.client(['wrk', '-t', '1', '-c', '32', '-d', '10s', '--latency', url]);
  print(
    `look-ups by MAC without a token, 32 connections, 10 s: ${/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]} a second`,
  );
}

async function pool(lab: Lab): Promise<void> {
  print(`machine of the site, nothing else going on: ${await resultOf(lab, 'dhcp-times', TIMES)}`);
  const [bound, during] = await Promise.all([
    resultOf(lab, 'dhcp-bind', POOL, 240),
    resultOf(lab, 'dhcp-times', TIMES * 2),
  ]);
  print(`strangers take every address of ${POOL}: ${bound}`);
  print(`  machine of the site meanwhile: ${during}`);
  const [flood, times] = await Promise.all([
    resultOf(lab, 'dhcp-flood', FLOOD.perSecond, FLOOD.seconds),
    resultOf(lab, 'dhcp-times', TIMES * 2),
  ]);
  print(`${FLOOD.perSecond} DISCOVERs of new MACs a second with the pool used up: ${flood}`);
  print(`  machine of the site meanwhile: ${times}`);
  const { state } = await lab.control.all();
  print(
    `  packets of strangers dropped: ${state.packetsDropped}; memory ${await memoryOf(lab)}; log ${lab.log.length} lines`,
  );
}

async function timelines(lab: Lab): Promise<void> {
  await lab.client(['busybox', 'udhcpc', '-i', 'pxe0', '-f', '-q', '-n', '-t', '3', '-T', '1', '-s', '/bin/true']);
  const before = await stateBytes(lab);
  const refused = await resultOf(lab, 'tftp-refusals', 5000);
  const lines = (await lab.control.status('m0')).timeline.length;
  print(`TFTP transfers refused with 1,000 bytes from a machine's address: ${refused}`);
  print(`  the timeline has ${lines} lines; the state grew by ${mib((await stateBytes(lab)) - before)}`);
  print(`  machine of the site afterwards: ${await resultOf(lab, 'dhcp-times', TIMES)}`);
}

async function slots(lab: Lab): Promise<void> {
  const [held, http] = await Promise.all([resultOf(lab, 'slow-readers', 80, 12), resultOf(lab, 'http-times', 50)]);
  print(`1,600 connections from eighty addresses that read nothing: ${held}`);
  print(`  another client fetches 16 MiB meanwhile: ${http}; memory ${await memoryOf(lab)}`);
  const [transfers, tftp] = await Promise.all([resultOf(lab, 'tftp-hold', 80, 12), resultOf(lab, 'tftp-times', TIMES)]);
  print(`80 addresses with eight transfers of timeout=255 each: ${transfers}`);
  print(`  another client fetches the script meanwhile: ${tftp}`);
}

/** Thirty machines send a report of 15 MB each at the same moment. */
async function reports(lab: Lab): Promise<void> {
  const bodies = Array.from({ length: 30 }, async (_, index) => {
    const mac = `52:54:00:00:00:${(index + 1).toString(16).padStart(2, '0')}`;
    const { machineId } = await lab.control.arm(`m${index + 1}`);
    const script = await lab.client(['curl', '-sS', `http://${SERVER}:8080/boot/mac/${mac}.ipxe`]);
    return { machineId, token: /gutinteg\.token=(\w+)/.exec(script.stdout)?.[1] ?? '' };
  });
  const machines = await Promise.all(bodies);
  const path = join(lab.dir, 'report.json');
  const facts = { hostname: 'm', kernel: 'k', findmnt: 'x'.repeat(15_000_000), lsblk: null, swapon: null, fstab: '' };
  const report = { run: 'partial', generation: 'a'.repeat(64), bootId: 'b', ok: true, seconds: 1, changedTotal: 0 };
  const lists = { changes: [], errors: [], notices: [] };

  await writeFile(path, JSON.stringify(reportSchema.parse({ ...report, ...lists, system: facts })));
  print(`memory before: ${await memoryOf(lab)}`);
  const codes = await Promise.all(
    machines.map(async ({ machineId, token }) => {
      const url = `http://${SERVER}:8080/v1/machines/${machineId}/report`;
      const headers = ['-H', `Authorization: Bearer ${token}`, '-H', 'Content-Type: application/json'];
      const argv = [
        'curl',
        '-sS',
        '-o',
        '/dev/null',
        '-w',
        '%{http_code}',
        ...headers,
        '--data-binary',
        `@${path}`,
        url,
      ];
      return (await lab.client(argv as unknown as Parameters<Lab['client']>[0])).stdout;
    }),
  );
  print(`30 reports of 15 MB at the same time: HTTP ${[...new Set(codes)].join(', ')}; memory ${await memoryOf(lab)}`);
  print(`  the state has ${mib(await stateBytes(lab))}`);
}

async function fuzz(lab: Lab, seed: number): Promise<void> {
  const [sent, times] = await Promise.all([resultOf(lab, 'fuzz', MUTATED, seed), resultOf(lab, 'dhcp-times', TIMES)]);
  print(`${MUTATED} mutated packets and requests, --seed ${seed}: ${sent}`);
  print(`  machine of the site meanwhile: ${times}`);
  const { state } = await lab.control.all();
  print(
    `  memory ${await memoryOf(lab)}; log ${lab.log.length} lines, ${state.logLeftOut} left out; state ${mib(await stateBytes(lab))}`,
  );
  const failed = lab.log.filter((line) => /could not answer|HTTP request failed/.test(line));
  print(`  requests that failed for a reason of ours: ${failed.length}`);
  for (const line of failed.slice(0, 5)) print(`    ${line}`);
}

const leaseSchema = z.object({ address: z.string(), mac: z.string() });

/** Kills the server while clients take leases; every one that was acknowledged must be in the database. */
async function kills(): Promise<void> {
  let acknowledged = 0;
  for (let round = 0; round < KILLS; round += 1) {
    await using stack = new AsyncDisposableStack();
    const lab = await startLab(stack);
    const binding = send(lab, 'dhcp-bind', 20_000, 4, 'list');
    const wanted = 500 * (round + 1);
    while (leasesIn(lab).size < wanted) await new Promise(setImmediate);
    process.kill(lab.pid, 'SIGKILL');
    const lines = (await binding).slice(0, -1);
    const leases = leasesIn(lab);
    const missing = lines.filter((line) => !leases.has(line));
    if (missing.length > 0) throw new UserError(`${missing.length} of ${lines.length} leases are gone: ${missing[0]}`);
    acknowledged += lines.length;
  }
  print(
    `${KILLS} times kill -9 while clients take leases: all ${acknowledged} that were acknowledged are in the database`,
  );
}

function leasesIn(lab: Lab): Set<string> {
  const database = new DatabaseSync(join(lab.stateDir, 'netboot.db'), { readOnly: true });
  const rows = database.prepare('SELECT address, mac FROM leases').all();
  database.close();
  return new Set(
    rows.map((row) => leaseSchema.parse(row)).map(({ address, mac }) => `${address} ${mac.replaceAll(':', '')}`),
  );
}

const PARTS: Readonly<Record<string, (lab: Lab, seed: number) => Promise<void>>> = {
  lookups,
  timelines,
  slots,
  reports,
  pool,
  fuzz,
};

await runMain(async () => {
  const { positionals, values } = parseOptions({ allowPositionals: true, options: { seed: { type: 'string' } } });
  const names = positionals.length === 0 ? [...Object.keys(PARTS), 'kills'] : positionals;
  const seed = Number(values.seed ?? '1');
  for (const name of names) {
    const part = PARTS[name];
    if (part === undefined && name !== 'kills') throw new UserError(`netboot-floods: no part ${name}`, { exitCode: 2 });
    if (part === undefined) {
      await kills();
      continue;
    }
    await using stack = new AsyncDisposableStack();
    const lab = await startLab(stack);
    await part(lab, seed);
    process.kill(lab.pid, 0);
  }
});
