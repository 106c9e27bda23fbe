import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RecordedBoot } from '../boot-loaders/boot-artefact.ts';
import { espMenus } from './esp-menus.ts';
import { readMenuNames } from './menu-names.ts';

const recorded = (...paths: string[]): RecordedBoot[] =>
  paths.map((path) => ({ loader: 'x', artefact: { kind: 'esp-file', partUuid: 'p', path }, digests: {} }));

test('copies of kernels on an EFI system partition hold those kernels and their modules', () => {
  const [menu = assert.fail()] = espMenus(
    recorded('EFI/BOOT/BOOTX64.EFI', 'gutinteg/0a1b/vmlinuz-6.1', 'gutinteg/2c3d/initrd.img-6.1'),
  );
  const names = readMenuNames(menu.text);
  assert.deepEqual([names.hasRelease('6.1'), names.hasRelease('6.2')], [true, false]);
  assert.ok(names.hasPath('boot/vmlinuz-6.1'));
});

test('GRUB reads kernels from the system: its files hold nothing', () => {
  assert.deepEqual(espMenus(recorded('EFI/debian/grub.cfg', 'EFI/debian/shimx64.efi')), []);
});
