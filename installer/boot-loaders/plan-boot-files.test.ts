import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MergedTree } from '../../packagelink/tree/tree.ts';
import type { Layout } from '../../partition-specs/layout.ts';
import { findImageKernel } from '../systems/find-image-kernel.ts';
import { planBootFiles } from './plan-boot-files.ts';

const layout = (...mounts: readonly [mountPoint: string, uuid: string, option?: string][]): Layout => {
  const partitions = mounts.map(([mountPoint, uuid, option = 'defaults']) => ({
    content: { mountPoint, uuid, options: [option] },
  }));
  return { disks: [{ partitions }], arrays: [], groups: [] } as unknown as Layout;
};

const tree = (links: Readonly<Record<string, string>>): MergedTree => {
  const entries = Object.entries(links).map(([path, target]) => ({ path, type: 'symlink', target }));
  return { entries } as unknown as MergedTree;
};

const image = tree({ vmlinuz: 'boot/vmlinuz-6.1', 'initrd.img': '/boot/initrd.img-6.1' });
const older = { release: '6.0', kernel: 'boot/vmlinuz-6.0', initramfs: 'boot/initrd.img-6.0' };

test('on the root, the links of the image are followed', () => {
  assert.deepEqual(planBootFiles(layout(['/', 'R'], ['/home', 'H']), [findImageKernel(image), older]), {
    uuid: 'R',
    kernels: [
      { release: '6.1', kernel: '/boot/vmlinuz-6.1', initramfs: '/boot/initrd.img-6.1' },
      { release: '6.0', kernel: '/boot/vmlinuz-6.0', initramfs: '/boot/initrd.img-6.0' },
    ],
  });
});

test('with a /boot of its own, the paths are those on it', () => {
  assert.deepEqual(planBootFiles(layout(['/', 'R'], ['/boot', 'B']), [findImageKernel(image)]), {
    uuid: 'B',
    kernels: [{ release: '6.1', kernel: '/vmlinuz-6.1', initramfs: '/initrd.img-6.1' }],
  });
});

test('in a subvolume of btrfs, the paths begin at its top', () => {
  const [kernel] = planBootFiles(layout(['/', 'R', 'subvol=/os/@']), [findImageKernel(image)]).kernels;
  assert.deepEqual([kernel?.kernel, kernel?.initramfs], ['/os/@/boot/vmlinuz-6.1', '/os/@/boot/initrd.img-6.1']);
  const boot = layout(['/', 'R', 'subvol=@'], ['/boot', 'B', 'subvol=@boot']);
  assert.equal(planBootFiles(boot, [findImageKernel(image)]).kernels[0]?.kernel, '/@boot/vmlinuz-6.1');
  const plain = layout(['/', 'R', 'subvol=@'], ['/boot', 'B', 'subvol=/']);
  assert.equal(planBootFiles(plain, [findImageKernel(image)]).kernels[0]?.kernel, '/vmlinuz-6.1');
});

test('an image that could not be booted is refused', () => {
  assert.throws(() => findImageKernel(tree({ vmlinuz: 'boot/v' })), /no link \/initrd\.img/);
  const elsewhere = findImageKernel(tree({ vmlinuz: 'usr/lib/v', 'initrd.img': 'boot/i' }));
  assert.throws(() => planBootFiles(layout(['/', 'R'], ['/boot', 'B']), [elsewhere]), /is \/usr\/lib\/v/);
});
