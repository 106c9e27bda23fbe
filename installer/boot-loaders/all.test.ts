import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bootLoaderNamed, bootLoadersOf } from './all.ts';

for (const [firmware, wanted, names] of [
  ['bios', undefined, ['grub-bios']],
  ['uefi', '', ['grub-efi']],
  ['uefi', 'grub', ['grub-efi']],
  ['uefi', 'systemd-boot', ['systemd-boot']],
  ['both', undefined, ['grub-bios', 'grub-efi']],
] as const) {
  test(`${firmware} firmware and BOOTLOADER=${wanted}: ${names.join(' and ')}`, () => {
    const loaders = bootLoadersOf({ firmware }, wanted);
    assert.deepEqual(
      loaders.map(({ name }) => name),
      names,
    );
    for (const loader of loaders) assert.equal(bootLoaderNamed(loader.name), loader);
  });
}

test('what is not known is named', () => {
  assert.throws(
    () => bootLoadersOf({ firmware: 'bios' }, 'lilo'),
    /BOOTLOADER: 'lilo' is not for bios .* known there: grub/,
  );
  for (const firmware of ['bios', 'both']) {
    assert.throws(
      () => bootLoadersOf({ firmware }, 'systemd-boot'),
      /'systemd-boot' is not for .* known there: grub$/m,
    );
  }
  assert.throws(() => bootLoadersOf({ firmware: 'coreboot' }), /'' is not for coreboot firmware/);
  assert.throws(() => bootLoaderNamed('lilo'), /the boot loader 'lilo'.*known are: grub-bios, grub-efi, systemd-boot/);
});
