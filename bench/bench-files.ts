// Laying down the OS package of the example site: our store against a zstd tar of the same tree, on the same tmpfs.
// Needs `gutinteg prepare` to have been run for the state directory (GUTINTEG_STATE, else .state).
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createPublicKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../lib/errors.ts';
import { runCommand } from '../lib/run-command.ts';
import type { Argv } from '../lib/run-command.ts';
import { applyFull } from '../packagelink/full/apply-full.ts';
import { directoryFetcher } from '../packagelink/contents/fetch.ts';
import { mergeTree } from '../packagelink/merge/merge.ts';
import { readManifest } from '../packagelink/manifests/read-manifest.ts';
import { openStore, readName } from '../packagelink/store/store.ts';

const RUNS = 5;
const IMAGE = 'debian-12-amd64';
const stateDir = process.env['GUTINTEG_STATE'] ?? join(import.meta.dirname, '..', '.state');

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

const store = openStore(join(stateDir, 'store'));
const digest = await readName(store, IMAGE);
if (digest === undefined)
  throw new UserError(`${IMAGE} is not in ${store.dir}`, {
    hint: 'gutinteg prepare --site examples/lab --state .state',
  });
const fetcher = directoryFetcher(store.dir);
const key = createPublicKey(await readFile(join(stateDir, 'keys/site.pub')));
const work = await mkdtemp('/dev/shm/gutinteg-bench-');
const run = async (argv: Argv): Promise<unknown> => runCommand(argv, { timeoutMs: 300_000 });

const ours = async (target: string): Promise<void> => {
  const manifest = await readManifest(fetcher, digest, [key]);
  const tree = mergeTree({ layers: [{ name: IMAGE, priority: 0, manifest }], defines: {} });
  await applyFull({ target, tree, fetcher, stateFile: join(work, 'state.db') });
};

try {
  const first = join(work, 'first');
  await mkdir(first);
  await ours(first);
  await run(['tar', '--zstd', '--xattrs', '-C', first, '-cf', join(work, 'peer.tar.zst'), '.']);
  const figures: { ours: number; tar: number }[] = [];
  for (let index = 0; index < RUNS; index += 1) {
    const [left, right] = [join(work, 'ours'), join(work, 'tar')];
    await Promise.all([mkdir(left), mkdir(right)]);
    const pair = {
      ours: await seconds(() => ours(left)),
      tar: await seconds(() => run(['tar', '--zstd', '--xattrs', '-C', right, '-xpf', join(work, 'peer.tar.zst')])),
    };
    figures.push(pair);
    process.stdout.write(
      `ours ${pair.ours.toFixed(2)} s, tar ${pair.tar.toFixed(2)} s, ratio ${(pair.ours / pair.tar).toFixed(2)}\n`,
    );
    await Promise.all([left, right].map((path) => rm(path, { recursive: true })));
  }
  const ratios = figures.map((pair) => pair.ours / pair.tar);
  process.stdout.write(
    `median of ${RUNS}: ours ${median(figures.map((pair) => pair.ours)).toFixed(2)} s, tar --zstd ` +
      `${median(figures.map((pair) => pair.tar)).toFixed(2)} s, ratio ${median(ratios).toFixed(2)}\n`,
  );
} finally {
  await rm(work, { recursive: true, force: true });
}
