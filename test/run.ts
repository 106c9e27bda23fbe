// npm test: everything that CI runs. Checks and unit tests; then real tools and peers, and whole installations in QEMU.
// Ends with the slowest tests and a count; a test that was skipped counts as failed, because nobody reads skips.
import { basename } from 'node:path';
import { cpus } from 'node:os';
import { runChecks, unitTestGlobs } from './check.ts';
import { prepareTestSite } from './prepare-test-site.ts';
import { newTally, printNow, runSuite } from './run-suite.ts';
import type { Suite, Tally } from './run-suite.ts';
import { formatSlowest } from './slowest-tests.ts';
import { testFiles } from './test-files.ts';

/** The longest tests begin first, so that none is left over alone at the end. */
const LONGEST_TESTS = ['full-run', 'power-cut', 'new-kernel', 'mirror', 'uefi-loader', 'medium', 'netboot-firmware'];

function rank(file: string): number {
  const index = LONGEST_TESTS.indexOf(basename(file, '.test.ts'));
  return index < 0 ? LONGEST_TESTS.length : index;
}

/** They share the cache of ramdisks and OS packages, loop devices, the network's names or a limit of time. */
const SHARING_TESTS =
  /^(?:disk-labels|dos-family|fat-file-systems|image-build|install-faults|lab-of-thirty|netboot-.*|partition-.*|ramdisk-.*)\.test\.ts$/;

/**
 * Two lanes, each with one process at a time, which keep two processors busy from begin to end: in the first the tests
 * that share things, in the second the others, and in whichever has ended the virtual machines, one after the other.
 */
async function runLanes(tally: Tally): Promise<void> {
  const files = await testFiles('test/integration');
  const isSharing = (file: string): boolean => SHARING_TESTS.test(basename(file));
  const machines = (await testFiles('test/qemu')).toSorted((left, right) => rank(left) - rank(right));
  const prepared = prepare();
  const lane = async (first: Suite): Promise<void> => {
    await runAtOnce(first, tally);
    await prepared;
    for (let file = machines.shift(); file !== undefined; file = machines.shift()) {
      await runAtOnce({ title: `installations in QEMU: ${basename(file)}`, files: [file], concurrency: 1 }, tally);
    }
  };
  // The sharing tests use what is prepared, too.
  const sharing = prepared.then(() =>
    lane({ title: 'disks, boot files and networks', files: files.filter(isSharing), concurrency: 1 }),
  );
  const others = files.filter((file) => !isSharing(file));
  await Promise.all([sharing, lane({ title: 'real tools and peers', files: others, concurrency: 1 })]);
}

/** What a suite says comes when it is done: the other lane speaks meanwhile. */
async function runAtOnce(suite: Suite, tally: Tally): Promise<void> {
  const said: string[] = [];
  await runSuite(suite, tally, (text) => void said.push(text));
  printNow(said.join(''));
}

async function prepare(): Promise<void> {
  const started = performance.now();
  await prepareTestSite((line) => printNow(`${line}\n`));
  printNow(`OS packages, ramdisk and agent: prepared in ${((performance.now() - started) / 1000).toFixed(0)} s\n`);
}

const started = performance.now();
const tally = newTally();
printNow('== checks\n');
const checked = await runChecks({ unitTests: false });
await runSuite({ title: 'unit tests', globPatterns: unitTestGlobs(), concurrency: cpus().length }, tally);
await runLanes(tally);
printNow(`\n${formatSlowest(tally.timed, 20)}`);
if (!checked) printNow('\nchecks: FAILED (see the top)\n');
const minutes = ((performance.now() - started) / 60_000).toFixed(1);
printNow(`\n${tally.passed} passed, ${tally.failed} failed, ${tally.skipped} skipped in ${minutes} minutes\n`);
if (!checked || tally.failed > 0 || tally.skipped > 0 || tally.passed === 0) process.exitCode = 1;
