import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MergedTree } from '../../packagelink/tree/tree.ts';
import { decideKeptKernels } from './decide-kept-kernels.ts';
import type { BootFacts } from './read-boot-facts.ts';

const facts = (more: Partial<BootFacts> = {}): BootFacts => ({
  started: { last: '6.2', before: '6.1' },
  isRunning: true,
  isNewStart: false,
  menus: [],
  unreadable: [],
  bootFiles: [],
  bootIsMounted: false,
  ...more,
});
const tree = (...paths: string[]): MergedTree =>
  ({ entries: paths.map((path) => ({ path })) }) as unknown as MergedTree;
const menu = {
  path: 'boot/grub/grub.cfg',
  text: 'linux /vmlinuz-6.0\ninitrd /initrd.img-6.0\nloadfont /usr/share/grub/x.pf2',
};

const RUNNING = 'Linux 6.2: it is running';
const BEFORE = 'Linux 6.1: it ran before Linux 6.2';
const UNKNOWN = 'it is not known which kernel starts this system';

const held: [what: string, about: Partial<BootFacts>, path: string, why: string | undefined][] = [
  ['the running kernel', {}, 'boot/vmlinuz-6.2', RUNNING],
  ['its modules', {}, 'lib/modules/6.2/kernel/fs/ext4/ext4.ko', RUNNING],
  ['its modules, /usr merged', {}, 'usr/lib/modules/6.2', RUNNING],
  ['its initramfs', {}, 'boot/initrd.img-6.2', RUNNING],
  ['the one before', {}, 'boot/System.map-6.1', BEFORE],
  ['one that never started', {}, 'boot/vmlinuz-6.3', undefined],
  ['one whose name begins alike', {}, 'boot/vmlinuz-6.2.1', undefined],
  [
    'the last one, of a system that is not running',
    { isRunning: false },
    'boot/config-6.2',
    'Linux 6.2: this system started it last',
  ],
  ['any, where nobody knows', { started: {} }, 'boot/vmlinuz-6.3', `Linux 6.3: ${UNKNOWN}`],
  ['what a menu names', { menus: [menu] }, 'boot/vmlinuz-6.0', 'Linux 6.0: /boot/grub/grub.cfg names it'],
  [
    'the modules of what a menu names',
    { menus: [menu] },
    'usr/lib/modules/6.0/a.ko',
    'Linux 6.0: /boot/grub/grub.cfg names it',
  ],
  ['a font that a menu names', { menus: [menu] }, 'usr/share/grub/x.pf2', '/boot/grub/grub.cfg names it'],
  ['what a menu does not name', { menus: [menu] }, 'usr/share/grub/y.pf2', undefined],
  [
    'any, where a menu is not to be read',
    { unreadable: ['boot/loader/entries/a.conf'] },
    'boot/vmlinuz-6.3',
    'Linux 6.3: /boot/loader/entries/a.conf cannot be read, and may name it',
  ],
  ['one that no menu names, where nobody knows', { started: {}, menus: [menu] }, 'boot/vmlinuz-6.3', undefined],
  ['what is of no kernel, where nobody knows', { started: {} }, 'etc/motd', undefined],
];

for (const [what, about, path, why] of held) {
  test(`held: ${what}: ${why ?? 'no'}`, () => assert.equal(decideKeptKernels(facts(about), tree()).whyHeld(path), why));
}

test('what a package has dropped from a kernel that it still has goes, but for what a menu names', () => {
  const { whyHeld } = decideKeptKernels(
    facts({ menus: [{ ...menu, text: 'initrd /boot/initrd.img-6.2' }] }),
    tree('boot/vmlinuz-6.2'),
  );
  assert.equal(whyHeld('lib/modules/6.2/dropped.ko'), undefined);
  assert.equal(whyHeld('boot/initrd.img-6.2'), '/boot/grub/grub.cfg names it');
  assert.equal(whyHeld('lib/modules/6.1/a.ko'), BEFORE);
});

test('several reasons are told together', () => {
  const both = { menus: [{ ...menu, text: 'linux /boot/vmlinuz-6.2' }] };
  assert.equal(
    decideKeptKernels(facts(both), tree()).whyHeld('boot/vmlinuz-6.2'),
    `${RUNNING}; /boot/grub/grub.cfg names it`,
  );
});

test('an initramfs goes with its kernel, not while a package has that', () => {
  const { goesUnchanged } = decideKeptKernels(facts(), tree('boot/vmlinuz-6.4', 'lib/modules/6.5/modules.dep'));
  const paths = ['boot/initrd.img-6.3', 'boot/initrd.img-6.4', 'boot/initrd.img-6.5', 'boot/grub/grubenv', 'var/lib/x'];
  assert.deepEqual(paths.filter(goesUnchanged), ['boot/initrd.img-6.3']);
});
