import assert from 'node:assert/strict';
import { test } from 'node:test';
import { architectureOfRecord, architectures, architecturesOfFiles } from './architecture.ts';

const all = Object.values(architectures);
const names: [what: string, ofEach: readonly unknown[]][] = [
  ['name of Debian', all.map(({ name }) => name)],
  ['name of Node', all.map(({ node }) => node)],
  ['directory of libraries', all.map(({ multiarch }) => multiarch)],
  ['dynamic loader', all.map(({ dynamicLoader }) => dynamicLoader.name)],
  ['target of GRUB', all.flatMap(({ grub }) => [grub.bios, grub.efi])],
  ['machine of ELF', all.map(({ elfMachine }) => elfMachine)],
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

const records: [record: { ARCH?: string }, name: string | undefined][] = [
  [{}, 'amd64'],
  [{ ARCH: '' }, 'amd64'],
  [{ ARCH: 'arm64' }, 'arm64'],
  [{ ARCH: 'sparc' }, undefined],
  [{ ARCH: 'constructor' }, undefined],
];

for (const [record, name] of records) {
  test(`a machine of ${JSON.stringify(record)}`, () => assert.equal(architectureOfRecord(record)?.name, name));
}

const systems: [paths: string[], names: string[]][] = [
  [['etc/passwd'], []],
  [['usr/lib64/ld-linux-x86-64.so.2'], ['amd64']],
  [['lib64/ld-linux-x86-64.so.2', 'lib64/libc.so.6'], ['amd64']],
  [['usr/lib/ld-linux-aarch64.so.1'], ['arm64']],
  // Of a cross compiler.
  [['usr/lib64/ld-linux-x86-64.so.2', 'usr/aarch64-linux-gnu/lib/ld-linux-aarch64.so.1'], ['amd64']],
  [
    ['usr/lib/ld-linux-aarch64.so.1', 'usr/lib64/ld-linux-x86-64.so.2'],
    ['amd64', 'arm64'],
  ],
];

for (const [paths, names] of systems) {
  test(`a system with ${paths.join(' and ')}`, () => assert.deepEqual(architecturesOfFiles(paths), names));
}
