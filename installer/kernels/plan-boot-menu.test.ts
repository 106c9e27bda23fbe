import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MergedTree } from '../../packagelink/tree/tree.ts';
import { planLayout } from '../../partition-specs/plan-layout.ts';
import { GiB } from '../../lib/bytes.ts';
import { parsePartitionSpec } from '../../partition-specs/spec.ts';
import { disk, machine } from '../../partition-specs/testing/disk.ts';
import { debian } from '../systems/debian.ts';
import { planBootMenu } from './plan-boot-menu.ts';
import type { BootMenuInput } from './plan-boot-menu.ts';
import type { BootFacts } from './read-boot-facts.ts';

const layoutOf = (text: string) =>
  planLayout({
    spec: parsePartitionSpec(text),
    facts: machine(disk({ serial: 'GUT1', sizeBytes: 8 * GiB })),
    bindings: {},
    machineId: '5e9ad2f0-6f0e-4b6e-9c55-0d3f3a6c0f11',
  });
const treeWith = (links: Readonly<Record<string, string>>): MergedTree => {
  const entries = Object.entries(links).map(([path, target]) => ({ path, type: 'symlink', target }));
  return { entries } as unknown as MergedTree;
};
const imageOf = (release: string) =>
  treeWith({ vmlinuz: `boot/vmlinuz-${release}`, 'initrd.img': `boot/initrd.img-${release}` });

const facts = (more: Partial<BootFacts> = {}): BootFacts => ({
  started: { last: '6.1' },
  isRunning: true,
  isNewStart: false,
  menus: [],
  unreadable: [],
  bootFiles: ['initrd.img-6.0', 'initrd.img-6.1', 'vmlinuz-6.0', 'vmlinuz-6.1'],
  bootIsMounted: false,
  ...more,
});
const input = (more: Partial<BootMenuInput> = {}): BootMenuInput => ({
  layout: layoutOf('disk0: (a rest ext4 /)'),
  osmode: 'image',
  tree: imageOf('6.2'),
  facts: facts(),
  system: debian,
  title: 'debian 12',
  consoles: ['tty0'],
  ...more,
});
const path = 'boot/grub/grub.cfg';
const kernelsOf = (more: Partial<BootMenuInput>): string[] => {
  const text = planBootMenu(input(more)).write?.file.content ?? assert.fail('no menu');
  return [...text.matchAll(/^ {2}linux (\S+)/gm)].map(([, kernel = '']) => kernel);
};
const own = planBootMenu(input()).write?.file.content ?? assert.fail();

test('the kernel of the image is started, those that have started before are there to be chosen', () => {
  assert.deepEqual(kernelsOf({}), ['/boot/vmlinuz-6.2', '/boot/vmlinuz-6.1']);
  assert.deepEqual(kernelsOf({ tree: imageOf('6.1') }), ['/boot/vmlinuz-6.1']);
  const started = { last: '6.1', before: '6.0' };
  assert.deepEqual(kernelsOf({ facts: facts({ started }) }), [
    '/boot/vmlinuz-6.2',
    '/boot/vmlinuz-6.1',
    '/boot/vmlinuz-6.0',
  ]);
  const without = ['vmlinuz-6.1', 'initrd.img-6.0', 'vmlinuz-6.0'];
  assert.deepEqual(kernelsOf({ facts: facts({ started, bootFiles: without }) }), [
    '/boot/vmlinuz-6.2',
    '/boot/vmlinuz-6.0',
  ]);
  assert.match(own, /^set timeout=5\nset default=0\nset fallback=1$/m);
  assert.doesNotMatch(planBootMenu(input({ tree: imageOf('6.1') })).write?.file.content ?? '', /fallback/);
});

test('with a /boot of its own, which must be mounted', () => {
  const layout = layoutOf('disk0: (a 512M ext4 /boot) (b rest ext4 /)');
  assert.deepEqual(kernelsOf({ layout, facts: facts({ bootIsMounted: true }) }), ['/vmlinuz-6.2', '/vmlinuz-6.1']);
  assert.match(planBootMenu(input({ layout })).errors.join(), /\/boot is a file system of its own, and is not mounted/);
});

test('a menu that is right is left as it is; one of another kernel is replaced', () => {
  const right = { facts: facts({ menus: [{ path, text: own }] }) };
  assert.deepEqual(planBootMenu(input(right)), { errors: [], notices: [] });
  const { write } = planBootMenu(input({ ...right, tree: imageOf('6.3') }));
  assert.deepEqual(write?.change, { path, action: 'replaced', why: 'boot menu: Linux 6.3 first, then Linux 6.1' });
  assert.deepEqual(
    [write.before, write.names],
    [own, ['boot/vmlinuz-6.3', 'boot/initrd.img-6.3', 'boot/vmlinuz-6.1', 'boot/initrd.img-6.1']],
  );
});

test('for systemd-boot, the menu lies beside the kernels, and its own command makes it anew', () => {
  const bySystemdBoot = { loaders: ['systemd-boot'] };
  const { write } = planBootMenu(input(bySystemdBoot));
  assert.deepEqual(
    [write?.file.path, [...(write?.file.content ?? '').matchAll(/^linux (\S+)/gm)].map(([, kernel]) => kernel)],
    ['/boot/loader/gutinteg.conf', ['/boot/vmlinuz-6.2', '/boot/vmlinuz-6.1']],
  );
  const menus = [{ path: 'boot/loader/gutinteg.conf', text: 'linux /boot/vmlinuz-6.1' }];
  assert.match(
    planBootMenu(input({ ...bySystemdBoot, facts: facts({ menus }) })).notices.join(),
    /left alone.*: rm \/boot\/loader\/gutinteg\.conf && gutinteg adds it/s,
  );
});

const others: [name: string, more: Partial<BootMenuInput>, notices: RegExp][] = [
  [
    'one that was edited',
    { facts: facts({ menus: [{ path, text: `${own}# mine\n` }] }), tree: imageOf('6.1') },
    /^\/boot\/grub\/grub\.cfg is left alone: it was changed since gutinteg wrote it$/,
  ],
  [
    'one that does not name the new kernel',
    { facts: facts({ menus: [{ path, text: 'linux /vmlinuz-6.1' }] }) },
    /left alone.*no boot menu of this machine names \/boot\/vmlinuz-6\.2.*update-grub/s,
  ],
  ['one that cannot be read', { facts: facts({ unreadable: [path] }) }, /left alone/],
  [
    'an adopted machine',
    { layout: undefined, facts: facts({ menus: [{ path, text: 'linux /vmlinuz-6.1' }] }) },
    /^no boot menu of this machine names/,
  ],
  [
    'an adopted machine whose menu has it',
    { layout: undefined, facts: facts({ menus: [{ path, text: 'linux /vmlinuz-6.2' }] }) },
    /^$/,
  ],
  ['an adopted machine without a menu', { layout: undefined }, /^$/],
  [
    'one of a site package',
    { tree: { ...imageOf('6.2'), entries: [...imageOf('6.2').entries, ...treeWith({ [path]: 'x' }).entries] } },
    /^$/,
  ],
  ['OSMODE=packages', { osmode: 'packages', facts: facts({ menus: [{ path, text: own }] }) }, /^$/],
];

for (const [name, more, notices] of others) {
  test(`not written: ${name}`, () => {
    const plan = planBootMenu(input(more));
    assert.deepEqual([plan.write, plan.errors], [undefined, []]);
    assert.match(plan.notices.join('\n'), notices);
  });
}

test('an image without a kernel is an error on a machine that starts from it', () => {
  assert.match(planBootMenu(input({ tree: treeWith({}) })).errors.join(), /no link \/vmlinuz/);
});
