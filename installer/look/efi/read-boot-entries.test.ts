import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandError } from '../../../lib/run-command.ts';
import type { RunCommand } from '../../../lib/run-command.ts';
import { readBootEntries } from './read-boot-entries.ts';

const HEAD = 'BootCurrent: 0002\nBootOrder: 0000,0002,0001\n';
const WINDOWS = 'Boot0000* Windows Boot Manager';
const WINDOWS_PATH = 'HD(1,GPT,77ed79e1-ae0b-4979-827f-ad7b119d688b,0x800,0x100000)/File(\\EFI\\x.efi)';

type Ended = { readonly exitCode: number; readonly stdout: string };

/** efibootmgr that ends as it is told; undefined where it is not installed. */
function efibootmgr(told: { readonly verbose: Ended | undefined; readonly plain?: Ended | undefined }): RunCommand {
  return async (argv) => {
    const ended = argv.includes('-v') ? told.verbose : told.plain;
    if (ended === undefined) throw new CommandError(argv, 'not found', undefined);
    const result = { ...ended, stderr: 'Could not parse device path: Invalid argument\n' };
    if (ended.exitCode !== 0) throw new CommandError(argv, `exit code ${ended.exitCode}`, result);
    return result;
  };
}

test('an entry that efibootmgr 17 does not understand hides none of those behind it', async () => {
  const run = efibootmgr({
    // It ends in the middle of a line.
    verbose: { exitCode: 18, stdout: `${HEAD}${WINDOWS}\t${WINDOWS_PATH}\nBoot0001* bad` },
    plain: { exitCode: 0, stdout: `${HEAD}${WINDOWS}\nBoot0001* bad\nBoot0002* debian\n` },
  });
  const boot = await readBootEntries(run);
  assert.deepEqual([boot?.current, boot?.order], ['0002', ['0000', '0002', '0001']]);
  assert.deepEqual(
    boot?.entries.map(({ number, label, target }) => [number, label, target]),
    [
      ['0000', 'Windows Boot Manager', WINDOWS_PATH],
      ['0001', 'bad', ''],
      ['0002', 'debian', ''],
    ],
  );
});

test('what all can be read of is asked for once', async () => {
  const run = efibootmgr({ verbose: { exitCode: 0, stdout: `${HEAD}${WINDOWS}\t${WINDOWS_PATH}\n` } });
  assert.deepEqual((await readBootEntries(run))?.entries[0]?.target, WINDOWS_PATH);
});

test('firmware that shows nothing is not firmware without entries; a program that is missing is for others to name', async () => {
  const refused = { exitCode: 2, stdout: 'EFI variables are not supported on this system.\n' };
  assert.equal(await readBootEntries(efibootmgr({ verbose: refused, plain: refused })), undefined);
  assert.deepEqual(await readBootEntries(efibootmgr({ verbose: undefined })), { order: [], entries: [] });
});
