// npm run test:long: kills, faults, fuzz and power cuts with all their cases, of which npm test tries a few. Hours, perhaps:
// one file after the other, on a computer that nobody waits for.
import { prepareTestSite } from './prepare-test-site.ts';
import { newTally, printNow, runSuite } from './run-suite.ts';
import { formatSlowest } from './slowest-tests.ts';
import { longTests, testFiles } from './test-files.ts';

process.env['GUTINTEG_LONG_TESTS'] = 'yes';
const files = await longTests([...(await testFiles('test/integration')), ...(await testFiles('test/qemu'))]);
await prepareTestSite((line) => printNow(`${line}\n`));
const tally = newTally();
await runSuite({ title: 'tests with all their cases', files, concurrency: 1 }, tally);
printNow(`\n${formatSlowest(tally.timed, 20)}`);
printNow(`\n${tally.passed} passed, ${tally.failed} failed, ${tally.skipped} skipped\n`);
if (tally.failed > 0 || tally.skipped > 0 || tally.passed === 0) process.exitCode = 1;
