// What npm test and npm run test:long say and choose.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { runCommand } from '../../lib/run-command.ts';
import { formatSlowest } from '../slowest-tests.ts';
import { longTests, testFiles } from '../test-files.ts';

const root = join(import.meta.dirname, '../..');

test('the slowest tests, the slowest first, each with its file', () => {
  const timed = [1, 30.25, 2].map((seconds) => ({ name: `test ${seconds}`, seconds, file: join(root, 'a/b.test.ts') }));
  assert.equal(
    formatSlowest(timed, 2),
    'the 2 slowest tests\n   30.3 s  a/b.test.ts  test 30.25\n    2.0 s  a/b.test.ts  test 2\n',
  );
});

test('what has more cases than npm test tries is run by npm run test:long', async () => {
  const files = await longTests([...(await testFiles('test/integration')), ...(await testFiles('test/qemu'))]);
  const names = files.map((file) => file.slice(root.length + 1));
  for (const name of ['test/qemu/power-cut.test.ts', 'test/integration/machdb-fuzz.test.ts'])
    assert(names.includes(name));
  assert(!names.includes('test/integration/test-runner.test.ts'), String(names));
});

for (const { value, chosen } of [
  { value: '', chosen: '2' },
  { value: 'yes', chosen: '7' },
]) {
  test(`GUTINTEG_LONG_TESTS='${value}': ${chosen} of 7 cases`, async () => {
    const program = `import { howMany } from '${join(import.meta.dirname, '../helpers/how-many.ts')}';
      console.log(howMany({ few: 2, all: 7 }));`;
    const { stdout } = await runCommand([process.execPath, '--input-type=module', '--eval', program], {
      env: { ...process.env, GUTINTEG_LONG_TESTS: value },
    });
    assert.equal(stdout.trim(), chosen);
  });
}
