// npm test: everything that CI runs. Checks and unit tests, real tools and peers, then whole installations in QEMU.
// Ends with a count of tests; a test that was skipped counts as failed, because nobody reads skips.
import { join } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { readdir } from 'node:fs/promises';
import { runCommand } from '../lib/run-command.ts';
import { runChecks } from './check.ts';

const root = join(import.meta.dirname, '..');

type Count = { passed: number; failed: number; skipped: number };

async function testFiles(folder: string): Promise<string[]> {
  const names = await readdir(join(root, folder));
  return names
    .filter((name) => name.endsWith('.test.ts'))
    .sort()
    .map((name) => join(root, folder, name));
}

/** Runs test files one after the other: they share the processors, the network's name and the package store. */
async function runTests(title: string, files: readonly string[], count: Count): Promise<void> {
  const started = performance.now();
  process.stdout.write(`\n== ${title}\n`);
  const stream = run({ files: [...files], concurrency: 1, forceExit: false });
  stream.on('test:pass', (event) => {
    if (event.details.type === 'suite') return;
    if (event.skip !== undefined || event.todo !== undefined) count.skipped += 1;
    else count.passed += 1;
  });
  stream.on('test:fail', (event) => {
    if (event.details.type !== 'suite') count.failed += 1;
  });
  for await (const text of stream.compose(new spec())) process.stdout.write(String(text));
  process.stdout.write(`${title}: ${((performance.now() - started) / 1000).toFixed(0)} s\n`);
}

async function prepareExample(): Promise<void> {
  const started = performance.now();
  process.stdout.write('\n== OS package, ramdisk and agent of the example site\n');
  const state = process.env['GUTINTEG_STATE'] ?? join(root, '.state');
  await runCommand([join(root, 'bin/gutinteg'), 'prepare', '--site', join(root, 'examples/lab'), '--state', state], {
    onLine: (line) => void process.stdout.write(`${line}\n`),
  });
  process.stdout.write(`prepared in ${((performance.now() - started) / 1000).toFixed(0)} s\n`);
}

const count: Count = { passed: 0, failed: 0, skipped: 0 };
process.stdout.write('== checks and unit tests\n');
const checked = await runChecks();
await runTests('real tools and peers', await testFiles('test/integration'), count);
await prepareExample();
await runTests('installations in QEMU', await testFiles('test/qemu'), count);
if (!checked) process.stdout.write('\nchecks and unit tests: FAILED (see the top)\n');
process.stdout.write(`\n${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped\n`);
if (!checked || count.failed > 0 || count.skipped > 0 || count.passed === 0) process.exitCode = 1;
