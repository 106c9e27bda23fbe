import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { architectures } from '../../../lib/architecture.ts';
import { UserError } from '../../../lib/errors.ts';
import type { RunCommand } from '../../../lib/run-command.ts';
import { debian } from '../../systems/debian.ts';
import type { RecordedBoot } from '../boot-artefact.ts';
import { MIRROR, sampleLayout } from '../testing/sample-layout.ts';
import { espsOf } from './find-esps.ts';
import { grubEspFiles } from './grub-esp-files.ts';
import { keepEsps } from './keep-esps.ts';
import type { MountEsp } from './mount-esp.ts';
import type { EspWish } from './plan-esp-boot.ts';

const { amd64: architecture } = architectures;
const paths = debian.bootPaths;

/** Two directories for partitions, a third for the system, and lsblk that names the partitions. */
function lab(stack: DisposableStack, present = ['/dev/sda127', '/dev/sdb127']) {
  const dir = mkdtempSync(join(tmpdir(), 'keep-esps-'));
  stack.defer(() => rmSync(dir, { recursive: true }));
  const layout = sampleLayout(MIRROR, 'uefi');
  const esps = espsOf(layout);
  const root = join(dir, 'root');
  for (const path of [
    ...['shimx64', 'mmx64', 'fbx64'].map((name) => `${paths.efi.shim}/${name}.efi.signed`),
    `${paths.efi.grub}/x86_64-efi-signed/grubx64.efi.signed`,
  ]) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), `bytes of ${path}`);
  }
  const rows = esps
    .filter(({ device }) => present.includes(device))
    .map(({ device, diskPath, partUuid }) => ({ path: device, pkname: diskPath, partuuid: partUuid }));
  const run: RunCommand = async () => ({ exitCode: 0, stdout: JSON.stringify({ blockdevices: rows }), stderr: '' });
  const topOf = (device: string) => join(dir, device.replaceAll('/', '-'));
  for (const { device } of esps) mkdirSync(topOf(device));
  const mounts: string[] = [];
  const mountEsp: MountEsp = async (device, access, work) => {
    mounts.push(`${device} ${access}`);
    return work(topOf(device));
  };
  const wishes: EspWish[] = esps.map((esp) => {
    const files = grubEspFiles({ layout, architecture, paths, label: 'debian' });
    return { esp, files, entry: { label: 'debian', path: 'EFI/debian/shimx64.efi' } };
  });
  const tools = { mountEsp, readEfi: async () => undefined };
  const keep = async (recorded: readonly RecordedBoot[] = [], changeNothing = false) => {
    const input = { recorded, layout, architecture, paths, run, changeNothing };
    mounts.length = 0;
    return keepEsps(input, { wishes, loader: 'grub-efi', tools, root });
  };
  return { keep, topOf, mounts, root, tools, esps };
}

test('both halves of a mirror get the same, and what is well is mounted for reading alone', async () => {
  using stack = new DisposableStack();
  const { keep, topOf, mounts } = lab(stack);
  const first = await keep();
  assert.deepEqual([first.errors, first.missing, first.changes.length], [[], [], 18]);
  assert.equal(first.recorded.length, 20);
  const second = await keep(first.recorded);
  assert.deepEqual(
    [second.changes, second.recorded, mounts],
    [[], first.recorded, ['/dev/sda127 read', '/dev/sdb127 read']],
  );
  const shim = (device: string) => readFileSync(join(topOf(device), 'EFI/BOOT/BOOTX64.EFI'));
  assert.ok(shim('/dev/sda127').equals(shim('/dev/sdb127')));
});

for (const changeNothing of [true, false]) {
  test(`files that were changed or deleted are ${changeNothing ? 'reported' : 'restored'}, with their disk`, async () => {
    using stack = new DisposableStack();
    const { keep, topOf, mounts } = lab(stack);
    const { recorded } = await keep();
    writeFileSync(join(topOf('/dev/sdb127'), 'EFI/debian/grub.cfg'), 'set root=elsewhere');
    rmSync(join(topOf('/dev/sda127'), 'EFI/BOOT'), { recursive: true });
    const kept = await keep(recorded, changeNothing);
    assert.deepEqual(
      kept.changes.map(({ path, action, why }) => `${path} ${action}: ${why}`),
      [
        'disk0:/EFI/BOOT/mmx64.efi created: boot loader: it was missing',
        'disk0:/EFI/BOOT/fbx64.efi created: boot loader: it was missing',
        'disk0:/EFI/BOOT/BOOTX64.EFI created: boot loader: it was missing',
        'disk1:/EFI/debian/grub.cfg replaced: boot loader: not as installed',
      ],
    );
    assert.equal(
      mounts.some((mount) => mount.endsWith('write')),
      !changeNothing,
    );
    assert.equal((await keep(recorded)).changes.length, changeNothing ? 4 : 0);
  });
}

test('a newer package of the system is carried to every disk, and said as such', async () => {
  using stack = new DisposableStack();
  const { keep, root } = lab(stack);
  const { recorded } = await keep();
  writeFileSync(join(root, paths.efi.grub, 'x86_64-efi-signed/grubx64.efi.signed'), 'a newer GRUB');
  const kept = await keep(recorded);
  assert.deepEqual(
    kept.changes.map(({ path, why }) => `${path}: ${why}`),
    ['disk0', 'disk1'].map((disk) => `${disk}:/EFI/debian/grubx64.efi: boot loader: the system has a newer one`),
  );
  assert.notDeepEqual(kept.recorded, recorded);
});

test('a missing disk is named and stays recorded, and the other one is looked after', async () => {
  using stack = new DisposableStack();
  const whole = lab(stack);
  const { recorded } = await whole.keep();
  const half = lab(stack, ['/dev/sdb127']);
  cpSync(whole.topOf('/dev/sdb127'), half.topOf('/dev/sdb127'), { recursive: true });
  rmSync(join(half.topOf('/dev/sdb127'), 'EFI/debian/shimx64.efi'));
  const kept = await half.keep(recorded);
  assert.deepEqual(kept.missing, [half.esps[0]?.partUuid]);
  assert.deepEqual(
    kept.changes.map(({ path }) => path),
    ['disk1:/EFI/debian/shimx64.efi'],
  );
  assert.equal(kept.recorded.length, recorded.length);
});

test('a partition that cannot be mounted is an error of its own', async () => {
  using stack = new DisposableStack();
  const { keep, tools } = lab(stack);
  const { recorded } = await keep();
  const { mountEsp } = tools;
  tools.mountEsp = async (device, access, work) => {
    if (device === '/dev/sda127') throw new UserError('mount: wrong fs type');
    return mountEsp(device, access, work);
  };
  const kept = await keep(recorded);
  assert.match(
    kept.errors.join('\n'),
    /^boot loader: the EFI system partition of disk0 \(\/dev\/sda127\): mount: wrong/,
  );
  assert.equal(kept.recorded.length, recorded.length);
});

test('a system without the packages leaves the partitions as they are', async () => {
  using stack = new DisposableStack();
  const { keep, root, topOf } = lab(stack);
  const { recorded } = await keep();
  rmSync(join(root, paths.efi.shim), { recursive: true });
  const kept = await keep(recorded);
  assert.match(kept.errors.join('\n'), /shim.*\.efi\.signed, which belongs on the EFI system partition, is missing/);
  assert.ok(readFileSync(join(topOf('/dev/sda127'), 'EFI/debian/shimx64.efi')).length > 0);
});
