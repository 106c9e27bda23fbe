import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MergedTree } from '../../packagelink/tree.ts';
import type { Layout } from '../../partition-specs/layout.ts';
import { planBootFiles } from './plan-boot-files.ts';

const layout = (...mounts: readonly [string, string][]): Layout => {
  const partitions = mounts.map(([mountPoint, uuid]) => ({ content: { mountPoint, uuid } }));
  return { disks: [{ partitions }], arrays: [], groups: [] } as unknown as Layout;
};

const tree = (links: Readonly<Record<string, string>>): MergedTree => {
  const entries = Object.entries(links).map(([path, target]) => ({ path, type: 'symlink', target }));
  return { entries } as unknown as MergedTree;
};

const image = tree({ vmlinuz: 'boot/vmlinuz-6.1', 'initrd.img': '/boot/initrd.img-6.1' });

test('on the root, the links are followed', () => {
  assert.deepEqual(planBootFiles(layout(['/', 'R'], ['/home', 'H']), image), {
    uuid: 'R',
    kernel: '/boot/vmlinuz-6.1',
    initramfs: '/boot/initrd.img-6.1',
  });
});

test('with a /boot of its own, the paths are those on it', () => {
  assert.deepEqual(planBootFiles(layout(['/', 'R'], ['/boot', 'B']), image), {
    uuid: 'B',
    kernel: '/vmlinuz-6.1',
    initramfs: '/initrd.img-6.1',
  });
});

test('an image that could not be booted is refused', () => {
  assert.throws(() => planBootFiles(layout(['/', 'R']), tree({ vmlinuz: 'boot/v' })), /no link \/initrd\.img/);
  const elsewhere = tree({ vmlinuz: 'usr/lib/v', 'initrd.img': 'boot/i' });
  assert.throws(() => planBootFiles(layout(['/', 'R'], ['/boot', 'B']), elsewhere), /leads to \/usr\/lib\/v/);
});
