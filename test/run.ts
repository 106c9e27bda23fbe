// npm test: everything that CI runs. Checks and unit tests, real tools and peers, then whole installations in QEMU.
// Ends with a count of tests; a test that was skipped counts as failed, because nobody reads skips.
import { basename, join } from 'node:path';
import { run } from 'node:test';
import { cpus } from 'node:os';
import { spec } from 'node:test/reporters';
import { readdir } from 'node:fs/promises';
import { runCommand } from '../lib/run-command.ts';
import { runChecks, unitTestGlobs } from './check.ts';

const root = join(import.meta.dirname, '..');

type Count = { passed: number; failed: number; skipped: number };

async function testFiles(folder: string): Promise<string[]> {
  const names = await readdir(join(root, folder));
  return names
    .filter((name) => name.endsWith('.test.ts'))
    .sort()
    .map((name) => join(root, folder, name));
}

/** The longest tests begin first, so that none is left over alone at the end. */
const LONGEST_TESTS = ['power-cut.test.ts', 'new-kernel.test.ts', 'mirror.test.ts', 'full-run.test.ts'];

function rank(file: string): number {
  const index = LONGEST_TESTS.indexOf(basename(file));
  return index < 0 ? LONGEST_TESTS.length : index;
}

type Suite = { readonly title: string; readonly concurrency: number } & (
  | { readonly files: string[] }
  | { readonly globPatterns: string[] }
);

/** Runs a suite; what it says goes to `print`. */
async function runTests({ title, ...suite }: Suite, count: Count, print = printNow): Promise<void> {
  const started = performance.now();
  print(`\n== ${title}\n`);
  const stream = run({ ...suite, cwd: root });
  stream.on('test:pass', (event) => {
    if (event.details.type === 'suite') return;
    if (event.skip !== undefined || event.todo !== undefined) count.skipped += 1;
    else count.passed += 1;
  });
  stream.on('test:fail', (event) => {
    if (event.details.type !== 'suite') count.failed += 1;
  });
  for await (const text of stream.compose(new spec())) print(String(text));
  print(`${title}: ${((performance.now() - started) / 1000).toFixed(0)} s\n`);
}

function printNow(text: string): void {
  process.stdout.write(text);
}

/** They share the cache of ramdisks and OS packages, loop devices, the network's names or a limit of time. */
const SHARING_TESTS =
  /^(?:disk-labels|dos-family|fat-file-systems|image-build|install-faults|lab-of-thirty|netboot-.*|partition-.*|ramdisk-.*)\.test\.ts$/;

/**
 * Those one after the other, then the example site that the virtual machines need; beside them all the others, which
 * are single threads of work, and whose output comes when they are done.
 */
async function runIntegration(count: Count): Promise<void> {
  const files = await testFiles('test/integration');
  const isSharing = (file: string): boolean => SHARING_TESTS.test(basename(file));
  const said: string[] = [];
  const others = { title: 'real tools and peers', files: files.filter((file) => !isSharing(file)), concurrency: 2 };
  const first = async (): Promise<void> => {
    await runTests({ title: 'disks, boot files and networks', files: files.filter(isSharing), concurrency: 1 }, count);
    await prepareExample();
  };
  await Promise.all([first(), runTests(others, count, (text) => void said.push(text))]);
  printNow(said.join(''));
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
process.stdout.write('== checks\n');
const checked = await runChecks({ unitTests: false });
await runTests({ title: 'unit tests', globPatterns: unitTestGlobs(), concurrency: cpus().length }, count);
await runIntegration(count);
const machines = await testFiles('test/qemu');
// A virtual machine keeps little more than one processor busy.
const longestFirst = machines.toSorted((left, right) => rank(left) - rank(right));
await runTests({ title: 'installations in QEMU, two at a time', files: longestFirst, concurrency: 2 }, count);
if (!checked) process.stdout.write('\nchecks: FAILED (see the top)\n');
process.stdout.write(`\n${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped\n`);
if (!checked || count.failed > 0 || count.skipped > 0 || count.passed === 0) process.exitCode = 1;
