import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Argv, RunCommand } from '../../lib/run-command.ts';
import { grubBios } from '../boot-loaders/grub-bios.ts';
import type { MachineState } from '../machine/machine-state.ts';
import { debian } from '../systems/debian.ts';
import { keepBootLoader } from './keep-boot-loader.ts';

const areas = [{ name: 'boot-code', startBytes: 0, sizeBytes: 4 }];

/** A file in place of a disk, and a grub-install that writes to it. */
function lab(stack: DisposableStack) {
  const dir = mkdtempSync(join(tmpdir(), 'keep-boot-loader-'));
  stack.defer(() => rmSync(dir, { recursive: true }));
  const disk = join(dir, 'disk');
  writeFileSync(disk, 'GRUB');
  const ran: Argv[] = [];
  const run: RunCommand = async (argv) => {
    const [program] = argv;
    if (program === debian.bootPaths.grubInstall) writeFileSync(disk, 'new!');
    else if (program !== 'lsblk') assert.fail(`unexpected: ${argv.join(' ')}`);
    ran.push(argv);
    const rows = [{ pkname: `..${disk}`, partuuid: '12345678-01' }];
    return { exitCode: 0, stderr: '', stdout: JSON.stringify({ blockdevices: rows }) };
  };
  return { disk, run, ran };
}

async function recorded(disk: string, partUuid = '12345678-01'): Promise<MachineState['bootLoader'][number]> {
  const artefact = { kind: 'disk-bytes', disk, partUuid, areas } as const;
  return { loader: grubBios.name, artefact, digests: await grubBios.digest(artefact) };
}

const stateWith = (...bootLoader: MachineState['bootLoader']) => ({ bootLoader }) as unknown as MachineState;

test('bytes that are as recorded stay, and so does the record', async () => {
  using stack = new DisposableStack();
  const { disk, run } = lab(stack);
  const state = stateWith(await recorded(disk));
  const kept = await keepBootLoader({ state, system: debian, run, changeNothing: false });
  assert.deepEqual([kept.changes, kept.errors, kept.notices], [[], [], []]);
  assert.equal(kept.bootLoader, state.bootLoader);
});

for (const changeNothing of [true, false]) {
  test(`bytes that have changed are ${changeNothing ? 'reported' : 'put back, and recorded'}`, async () => {
    using stack = new DisposableStack();
    const { disk, run, ran } = lab(stack);
    const state = stateWith(await recorded(disk));
    writeFileSync(disk, 'gone');
    const kept = await keepBootLoader({ state, system: debian, run, changeNothing });
    assert.deepEqual(kept.errors, []);
    assert.equal(kept.changes[0]?.why, 'boot loader: boot-code not as installed');
    assert.equal(readFileSync(disk, 'utf8'), changeNothing ? 'gone' : 'new!');
    const target = ['/usr/sbin/grub-install', '--target=i386-pc', '--no-floppy', `/dev/..${disk}`];
    assert.deepEqual(ran.slice(1), changeNothing ? [] : [target]);
    const now = { ...(await recorded(`/dev/..${disk}`)) };
    assert.deepEqual(kept.bootLoader, changeNothing ? state.bootLoader : [now]);
  });
}

test('a disk that is missing is said, and stays recorded beside one that was put back', async () => {
  using stack = new DisposableStack();
  const { disk, run } = lab(stack);
  const absent = await recorded(disk, 'another');
  const state = stateWith(absent, await recorded(disk));
  writeFileSync(disk, 'gone');
  const kept = await keepBootLoader({ state, system: debian, run, changeNothing: false });
  assert.match(kept.notices.join('\n'), /is missing: the one with partition another$/);
  assert.equal(kept.bootLoader.length, 2);
  assert.equal(kept.bootLoader[1], absent);
});

test('a boot loader that this agent does not know is left alone', async () => {
  using stack = new DisposableStack();
  const { disk, run, ran } = lab(stack);
  const state = stateWith({ ...(await recorded(disk)), loader: 'of-tomorrow' });
  const kept = await keepBootLoader({ state, system: debian, run, changeNothing: false });
  assert.match(kept.errors.join('\n'), /does not know the boot loader 'of-tomorrow'/);
  assert.deepEqual([ran, kept.bootLoader], [[], state.bootLoader]);
});
