// packagelink beside rsync, curl | zstd | tar and tar | zstd, on 100,000 files of 0.5 to 8 KiB in 1,100 directories:
// npm run bench packagelink -- [--runs N] [--files N] [--dir DIR]. DIR is on the file system to measure (/dev/shm).
// Each pair of figures comes from one run, in turns, each side first in every other pair, as a virtual machine's memory is
// slower when it is used for the first time; ratios are medians of pairs. Both sides read from one HTTP server.
import { createReadStream, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import { UserError } from '../lib/errors.ts';
import { runMain } from '../lib/exit.ts';
import { runCommand } from '../lib/run-command.ts';
import { bundleInstaller } from '../netboot/ramdisk/bundle.ts';
import { changeTree, generateTree } from './generate-tree.ts';
import { parseOptions } from './parse-options.ts';

const DIRECTORIES = 1100;
const TIMEOUT_MS = 600_000;
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

type Bench = {
  readonly dir: string;
  readonly run: (mode: string, folder?: string) => Promise<void>;
  readonly url: string;
};
type Serving = { readonly server: Server; readonly url: string; sentBytes: number };

/** Seconds of a whole process or pipeline. */
async function seconds(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}

/** A pipeline as an administrator types it: the kernel's pipes between its commands, values as `$1`, `$2`. */
async function pipe(text: string, ...values: readonly string[]): Promise<void> {
  await runCommand(['bash', '-o', 'pipefail', '-c', text, 'pipe', ...values], { timeoutMs: TIMEOUT_MS });
}

async function serve(root: string): Promise<Serving> {
  const serving = { sentBytes: 0 };
  const server = createServer((request, response) => {
    const file = join(root, new URL(request.url ?? '/', 'http://x').pathname);
    const stat = statSync(file, { throwIfNoEntry: false });
    if (stat === undefined) {
      response.writeHead(404).end();
      return;
    }
    serving.sentBytes += stat.size;
    response.writeHead(200, { 'content-length': stat.size });
    createReadStream(file, { highWaterMark: 1024 * 1024 }).pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(serving, { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
}

/** Runs both in turns; prints each pair and answers the median of the ratios. */
async function compare(
  what: string,
  runs: number,
  pair: {
    ours: (run: number) => Promise<number>;
    peer: (run: number) => Promise<number>;
    target: number;
    peerName: string;
  },
): Promise<number> {
  const figures: { ours: number; peer: number }[] = [];
  for (let run = 0; run < runs; run += 1) {
    const first = run % 2 === 0 ? undefined : await pair.peer(run);
    const ours = await pair.ours(run);
    figures.push({ ours, peer: first ?? (await pair.peer(run)) });
  }
  const ratio = median(figures.map(({ ours, peer }) => ours / peer));
  const all = figures.map(({ ours, peer }) => `${ours.toFixed(2)}/${peer.toFixed(2)}`).join(' ');
  const [ours, peer] = [median(figures.map((each) => each.ours)), median(figures.map((each) => each.peer))];
  say(
    `${what}: ours ${ours.toFixed(2)} s, ${pair.peerName} ${peer.toFixed(2)} s, ratio ${ratio.toFixed(2)} (at most ${pair.target}; ${all})`,
  );
  return ratio;
}

const MUTATING =
  /^(?:\d+ +)?(?:creat|rename|renameat2?|link|linkat|symlink|symlinkat|unlink|unlinkat|mkdir|mkdirat|rmdir|chmod|fchmod|fchmodat2?|chown|fchown|lchown|fchownat|utime|utimes|utimensat|futimesat|truncate|ftruncate|mknod|mknodat|setxattr|lsetxattr|fsetxattr|removexattr|fallocate|pwrite64|write)\(/;

/** System calls of a run without a change that would alter anything but its own state, pipes and the terminal. */
async function countMutations({ dir, run }: Bench, folder: string): Promise<string[]> {
  const log = join(dir, 'strace');
  process.env['GUTINTEG_BENCH_STRACE'] = log;
  try {
    await run('nightly', folder);
  } finally {
    delete process.env['GUTINTEG_BENCH_STRACE'];
  }
  const calls = readFileSync(log, 'utf8').split('\n');
  const isWrite = (line: string) => MUTATING.test(line) || /\bopenat?\(.*O_(?:WRONLY|RDWR|CREAT|TRUNC)/.test(line);
  const isOwn = (line: string) =>
    /state\.db/.test(line) || /\b(?:write|pwrite64)\(\d+<(?:pipe|socket|anon_inode|TCP|\/dev\/null)/.test(line);
  return calls.filter((line) => isWrite(line) && !isOwn(line));
}

async function bench(options: { runs: number; files: number; dir: string }): Promise<boolean> {
  const dir = await mkdtemp(join(options.dir, 'gutinteg-bench-'));
  // A machine's cron starts its agent without, and certificates that a user trusts take Node a while to read.
  for (const name of ['NODE_COMPILE_CACHE', 'NODE_EXTRA_CA_CERTS']) delete process.env[name];
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(() => rmSync(dir, { recursive: true, force: true }));
  const bundle = join(dir, 'site-run.mjs');
  writeFileSync(bundle, (await bundleInstaller(join(import.meta.dirname, 'site-run.ts'))).code);
  const store = join(dir, 'store');
  mkdirSync(store);
  const serving = await serve(dir);
  cleanup.defer(() => void serving.server.close());
  const url = `${serving.url}/store`;
  const run = async (mode: string, folder = dir): Promise<void> => {
    const strace = process.env['GUTINTEG_BENCH_STRACE'];
    const traced = strace === undefined ? [] : ['strace', '-f', '-y', '-qq', '-s', '0', '-o', strace];
    const program = [process.execPath, '--disable-warning=ExperimentalWarning', bundle, mode, folder, url];
    await runCommand([...traced, ...program] as [string, ...string[]], { timeoutMs: TIMEOUT_MS });
  };
  const tree = join(dir, 'tree');
  const paths = generateTree(tree, { files: options.files, directories: DIRECTORIES });
  say(`${options.files} files in ${DIRECTORIES} directories, on ${options.dir}`);
  const about: Bench = { dir, run, url };
  const isMet: boolean[] = [];
  const check = (isRight: boolean): void => void isMet.push(isRight);

  check(
    (await compare('publish', Math.min(options.runs, 3), {
      ours: async () => {
        for (const path of [store, join(dir, 'state')]) rmSync(path, { recursive: true, force: true });
        return await seconds(async () => await run('publish'));
      },
      peer: async () =>
        await seconds(
          async () => await pipe('tar -C "$1" -cf - . | zstd -q -10 -f -o "$2"', tree, join(dir, 'peer.tar.zst')),
        ),
      target: 2,
      peerName: 'tar | zstd -10',
    })) <= 2,
  );

  const coldSeconds: number[] = [];
  const fresh = (name: string): string => {
    const folder = join(dir, name);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
    return folder;
  };
  check(
    (await compare('cold, over HTTP', options.runs, {
      ours: async () => {
        const folder = fresh('ours');
        const time = await seconds(async () => await run('cold', folder));
        coldSeconds.push(time);
        return time;
      },
      peer: async () => {
        const folder = fresh('peer');
        return await seconds(
          async () =>
            await pipe('curl -sf "$1" | zstd -q -d -c | tar -C "$2" -xpf -', `${serving.url}/peer.tar.zst`, folder),
        );
      },
      target: 2,
      peerName: 'curl | zstd -d | tar x',
    })) <= 2,
  );

  const ours = join(dir, 'ours');
  await run('nightly', ours);
  const copy = fresh('copy');
  await runCommand(['rsync', '-a', `${tree}/`, `${copy}/`], { timeoutMs: TIMEOUT_MS });
  check(
    (await compare('no change', options.runs * 2 + 1, {
      ours: async () => await seconds(async () => await run('nightly', ours)),
      peer: async () =>
        await seconds(async () => await runCommand(['rsync', '-a', `${tree}/`, `${copy}/`], { timeoutMs: TIMEOUT_MS })),
      target: 1,
      peerName: 'rsync -a',
    })) <= 1,
  );
  const mutations = await countMutations(about, ours);
  say(
    `no change: ${mutations.length} mutating system calls outside the state (at most 0)${mutations.length > 0 ? `: ${mutations.slice(0, 3).join('; ')}` : ''}`,
  );
  check(mutations.length === 0);
  const memory = join(dir, 'memory');
  const timed = [
    '/usr/bin/time',
    '-f',
    '%M',
    '-o',
    memory,
    process.execPath,
    '--disable-warning=ExperimentalWarning',
  ] as const;
  await runCommand([...timed, bundle, 'nightly', ours, url], { timeoutMs: TIMEOUT_MS });
  const megabytes = (Number(readFileSync(memory, 'utf8')) * 1024) / 1e6;
  say(`no change: ${megabytes.toFixed(0)} MB resident (at most 200)`);
  check(megabytes <= 200);

  check(
    (await compare('check of all hashes', options.runs, {
      ours: async () => await seconds(async () => await run('check', ours)),
      peer: async () =>
        await seconds(
          async () => await runCommand(['rsync', '-ac', `${tree}/`, `${copy}/`], { timeoutMs: TIMEOUT_MS }),
        ),
      target: 1.2,
      peerName: 'rsync -ac',
    })) <= 1.2,
  );

  const compared = await seconds(async () => await run('compare', ours));
  say(`check without a state database, manifests and all: ${compared.toFixed(2)} s`);

  const nightly: number[] = [];
  const bytes: number[] = [];
  for (let turn = 0; turn < options.runs; turn += 1) {
    const changed = changeTree(tree, paths, turn + 1);
    await run('publish');
    const before = serving.sentBytes;
    nightly.push(await seconds(async () => await run('nightly', ours)));
    const compressed = zstdCompressSync(Buffer.concat(changed.map((path) => readFileSync(join(tree, path)))));
    bytes.push((serving.sentBytes - before) / compressed.length);
    await runCommand(['diff', '-r', tree, join(ours, 'target')], { timeoutMs: TIMEOUT_MS });
  }
  const [share, fetched] = [median(nightly) / median(coldSeconds), median(bytes)];
  say(`1 % changed: ${median(nightly).toFixed(2)} s, ${share.toFixed(2)} of the cold run (at most 0.2)`);
  say(
    `1 % changed: ${fetched.toFixed(2)} of the changed bytes compressed were fetched, manifest included (at most 1.3)`,
  );
  check(share <= 0.2);
  check(fetched <= 1.3);
  return isMet.every(Boolean);
}

await runMain(async () => {
  const { values } = parseOptions({
    options: { runs: { type: 'string' }, files: { type: 'string' }, dir: { type: 'string' } },
  });
  const { runs = '3', files = '100000', dir = '/dev/shm' } = values;
  if (!/^[1-9]\d?$/.test(runs) || !/^[1-9]\d{2,6}$/.test(files)) {
    throw new UserError(`packagelink ${process.argv.slice(2).join(' ')}: not a number of runs and files`, {
      exitCode: 2,
    });
  }
  if (!(await bench({ runs: Number(runs), files: Number(files), dir }))) process.exitCode = 1;
});
