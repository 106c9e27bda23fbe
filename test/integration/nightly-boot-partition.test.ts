// A small file system for /boot: what GRUB reads of it without the journal, and a kernel that does not fit.
import assert from 'node:assert/strict';
import { mkdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { runCommand } from '../../lib/run-command.ts';
import { MENU, bootableByGrub, installedWith, kernelsOn, publishKernel, start } from './kernel-lab.ts';
import type { NightlyLab } from './nightly-lab.ts';

const all = (...releases: string[]) => ({ named: releases, whole: releases });
const PARTITION = 'disk0: (a 64M ext4 /boot) (b rest ext4 /)';

async function labWithBoot(stack: AsyncDisposableStack, mkfs: readonly [string, ...string[]], sizeBytes: number) {
  const dir = await mkdtemp(join(tmpdir(), 'gutinteg-boot-'));
  stack.defer(async () => rm(dir, { recursive: true, force: true }));
  const image = join(dir, 'boot.img');
  writeFileSync(image, '');
  truncateSync(image, sizeBytes);
  await runCommand([...mkfs, image]);
  const place = (lab: NightlyLab): string => join(lab.root, 'boot');
  const mount = async (lab: NightlyLab) => void (await runCommand(['mount', '-o', 'loop', image, place(lab)]));
  const unmount = async (lab: NightlyLab) => void (await runCommand(['umount', place(lab)]));
  const prepare = async (lab: NightlyLab): Promise<void> => {
    mkdirSync(place(lab));
    await mount(lab);
    stack.defer(async () => unmount(lab));
    // As an installation does; its fstab is the layout's.
    writeFileSync(join(lab.root, 'etc/fstab'), '/dev/vda1 /boot ext4 defaults 0 2\n');
  };
  const lab = await installedWith(stack, { release: '6.1' }, { partition: PARTITION, prepare });
  return { image, lab, mountBoot: async () => mount(lab), unmountBoot: async () => unmount(lab) };
}

test('ext4: GRUB finds the new menu and all that it names as soon as the run has ended', async () => {
  await using stack = new AsyncDisposableStack();
  const { image, lab } = await labWithBoot(stack, ['mkfs.ext4', '-q'], 16 * 1024 * 1024);
  assert.deepEqual(await bootableByGrub(image), all('6.1'));
  await publishKernel(lab, { release: '6.2' });
  assert.equal((await lab.agent([])).exitCode, 0);
  assert.deepEqual(await bootableByGrub(image), all('6.2', '6.1'));
  // Nothing but the menu changes.
  await start(lab, { last: '6.2' });
  assert.equal((await lab.agent([])).exitCode, 0);
  assert.deepEqual(await bootableByGrub(image), all('6.2'));
});

test('a third kernel that does not fit: an error that says so, the menu as it was, and the next night with room ends it', async () => {
  await using stack = new AsyncDisposableStack();
  const { image, lab } = await labWithBoot(stack, ['mkfs.ext4', '-q', '-m', '0', '-O', '^has_journal'], 1024 * 1024);
  await publishKernel(lab, { release: '6.2' });
  assert.equal((await lab.agent([])).exitCode, 0);
  await start(lab, { last: '6.2', before: '6.1' });
  assert.equal((await lab.agent([])).exitCode, 0);
  // Leaves room for one file of a kernel, and not for two.
  const { stdout } = await runCommand(['stat', '-f', '-c', '%a %S', join(lab.root, 'boot')]);
  const [blocks = 0, bytes = 0] = stdout.split(' ').map(Number);
  writeFileSync(join(lab.root, 'boot/filling'), Buffer.alloc(blocks * bytes - 20 * 1024, 'x'));
  const menu = await lab.text(MENU);
  await publishKernel(lab, { release: '6.3' });
  const full = await lab.agent([]);
  assert.equal(full.exitCode, 1, full.stdout + full.stderr);
  assert.match(full.stdout, /error: boot\/\S+-6\.3 could not be updated: .*no space left/i);
  assert.match(full.stdout, /error: \/boot\/grub\/grub\.cfg stays as it was, and nothing was deleted/);
  assert.deepEqual([await lab.text(MENU), await bootableByGrub(image)], [menu, all('6.2', '6.1')]);

  rmSync(join(lab.root, 'boot/filling'));
  const done = await lab.agent([]);
  assert.equal(done.exitCode, 0, done.stdout + done.stderr);
  assert.deepEqual(await bootableByGrub(image), all('6.3', '6.2', '6.1'));
  assert.deepEqual(kernelsOn(lab.root).kernels, ['6.1', '6.2', '6.3']);
});

test('/boot that is not mounted: no menu is written into the directory below it', async () => {
  await using stack = new AsyncDisposableStack();
  const { image, lab, mountBoot, unmountBoot } = await labWithBoot(stack, ['mkfs.ext4', '-q'], 16 * 1024 * 1024);
  await unmountBoot();
  await publishKernel(lab, { release: '6.2' });
  const run = await lab.agent([]);
  assert.match(
    run.stdout,
    /error: the boot menu was not checked: \/boot is a file system of its own, and is not mounted/,
  );
  assert.equal(run.exitCode, 1);
  assert.deepEqual(await bootableByGrub(image), all('6.1'));
  await mountBoot();
  assert.equal((await lab.agent([])).exitCode, 0);
  assert.deepEqual(await bootableByGrub(image), all('6.2', '6.1'));
});
