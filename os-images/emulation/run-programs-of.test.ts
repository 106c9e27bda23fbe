import assert from 'node:assert/strict';
import { test } from 'node:test';
import { architectures } from '../../lib/architecture.ts';
import { UserError } from '../../lib/errors.ts';
import { CommandError } from '../../lib/run-command.ts';
import type { Argv, RunCommand } from '../../lib/run-command.ts';
import { runProgramsOf } from './run-programs-of.ts';

const { amd64, arm64 } = architectures;
const NOBODY = { ...arm64, name: 'arm64', qemu: { ...arm64.qemu, user: 'qemu-of-nobody-static' } } as const;

/** A computer on which arch-test ends with this code, or is not there at all. */
function computer(archTest: number | undefined): { run: RunCommand; asked: Argv[] } {
  const asked: Argv[] = [];
  const run: RunCommand = async (argv) => {
    asked.push(argv);
    if (archTest === undefined) throw new CommandError(argv, 'could not be started', undefined);
    return { exitCode: archTest, stdout: '', stderr: '' };
  };
  return { run, asked };
}

test("this computer's own programs need nothing", async () => {
  const { run, asked } = computer(undefined);
  const programs = await runProgramsOf(amd64, run, 'amd64');
  assert.equal(programs.run, run);
  assert.deepEqual(asked, []);
});

test('without QEMU of our own, what the computer runs already is left to it', async () => {
  const { run, asked } = computer(0);
  const programs = await runProgramsOf(NOBODY, run, 'amd64');
  assert.equal(programs.run, run);
  assert.deepEqual(asked, [['arch-test', 'arm64']]);
});

for (const archTest of [1, undefined]) {
  test(`without QEMU, and with arch-test that says ${archTest ?? 'nothing'}: what to install`, async () => {
    await assert.rejects(runProgramsOf(NOBODY, computer(archTest).run, 'amd64'), (error) => {
      assert.ok(error instanceof UserError);
      assert.match(
        error.message,
        /^programs of arm64, .* cannot run here: \/usr\/bin\/qemu-of-nobody-static is missing/,
      );
      assert.match(error.hint ?? '', /^apt-get install .*qemu-user-static$/);
      return true;
    });
  });
}
