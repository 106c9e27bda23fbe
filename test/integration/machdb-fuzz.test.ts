// Mutated databases, for a while: no input may crash the reader or keep it busy.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import type { FuzzJob } from '../helpers/fuzz-machdb-worker.ts';
import { howMany } from '../helpers/how-many.ts';

const FUZZ_MS = howMany({ few: 10_000, all: 60_000 });
/** A text of 20,000 characters takes a few milliseconds. */
const HANG_MS = 10_000;
const root = join(import.meta.dirname, '../..');

async function readCorpus(): Promise<string[]> {
  const lab = join(root, 'examples/lab/machdb');
  const files = (await readdir(lab)).map((name) => join(lab, name));
  const texts = await Promise.all(
    [...files, join(root, 'test/fixtures/paper/appendix.db')].map((path) => readFile(path, 'utf8')),
  );
  const docs = await readFile(join(root, 'docs/machdb.md'), 'utf8');
  return [...texts, ...[...docs.matchAll(/^```machdb\n(.*?)^```$/gms)].map(([, body = '']) => body)];
}

test(`${FUZZ_MS / 1000} seconds of fuzz`, { timeout: FUZZ_MS + 4 * HANG_MS }, async (context) => {
  const seed = Date.now() % 2 ** 31;
  const state = new Int32Array(new SharedArrayBuffer(8));
  const input = new Uint16Array(new SharedArrayBuffer(2 * 20_002));
  const job: FuzzJob = { seed, corpus: await readCorpus(), state, input };
  const worker = new Worker(new URL('../helpers/fuzz-machdb-worker.ts', import.meta.url), { workerData: job });
  // An error of the thread ends it; what it was comes below.
  const exit = once(worker, 'exit').catch(() => undefined);
  const crash = new AbortController();
  worker.on('error', (error) => {
    crash.abort(error);
  });
  const last = (): string => JSON.stringify(String.fromCharCode(...input.slice(1, 1 + (input[0] ?? 0))));
  const until = performance.now() + FUZZ_MS;
  for (let done = 0; performance.now() < until && !crash.signal.aborted; done = Atomics.load(state, 0)) {
    const waiting = Atomics.waitAsync(state, 0, done, HANG_MS);
    const outcome = waiting.async ? await Promise.race([waiting.value, exit.then(() => 'crash')]) : waiting.value;
    if (outcome === 'timed-out') {
      await worker.terminate();
      assert.fail(`seed ${seed}: it hung at ${last()}`);
    }
  }
  Atomics.store(state, 1, 1);
  await exit;
  assert.equal(crash.signal.aborted, false, `seed ${seed}: ${String(crash.signal.reason)} at ${last()}`);
  const inputs = Atomics.load(state, 0);
  context.diagnostic(`seed ${seed}: ${inputs} inputs`);
  assert.ok(inputs > 1000, `only ${inputs} inputs`);
});
