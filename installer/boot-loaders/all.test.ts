import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bootLoaderNamed, bootLoaderOf } from './all.ts';

test('a boot loader is found by firmware and by its name', () => {
  const loader = bootLoaderOf({ firmware: 'bios' });
  assert.equal(bootLoaderNamed(loader.name), loader);
  assert.throws(() => bootLoaderOf({ firmware: 'uefi' }), /has uefi firmware; .* for BIOS firmware only/);
  assert.throws(() => bootLoaderNamed('lilo'), /the boot loader 'lilo'.*known are: grub-bios/);
});
