import assert from 'node:assert/strict';
import { test } from 'node:test';
import { architectures } from './architecture.ts';

const all = Object.values(architectures);
const names: [what: string, ofEach: readonly unknown[]][] = [
  ['name of Debian', all.map(({ name }) => name)],
  ['name of Node', all.map(({ node }) => node)],
  ['directory of libraries', all.map(({ multiarch }) => multiarch)],
  ['dynamic loader', all.map(({ dynamicLoader }) => dynamicLoader.name)],
  ['target of GRUB', all.flatMap(({ grub }) => [grub.bios, grub.efi])],
  ['system of QEMU', all.map(({ qemu }) => qemu.system)],
  ['loader of EFI', all.map(({ efi }) => efi.removableLoader)],
  ['code of DHCP', all.flatMap(({ dhcp }) => dhcp.map(({ code }) => code))],
];

for (const [what, ofEach] of names) {
  test(`no ${what} belongs to two architectures`, () => assert.equal(new Set(ofEach).size, ofEach.length));
}

test('a row is found by its own name', () => {
  assert.deepEqual(
    all.map(({ name }) => name),
    Object.keys(architectures),
  );
});
