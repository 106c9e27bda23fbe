import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Lookup } from '../../contract/lookup.ts';
import { directoryEntry, fileEntry, manifestOf } from '../../packagelink/testing/sample-tree.ts';
import { planFiles } from './plan-files.ts';
import { systemOf } from '../systems/all.ts';

const lookup: Lookup = {
  machineId: '5e9ad2f0-6f0e-4b6e-9c55-0d3f3a6c0f11',
  name: 'lab01',
  generation: 'a'.repeat(64),
  record: { OS: 'debian' },
  image: { name: 'debian-12-amd64', manifest: 'b'.repeat(64) },
  packages: [{ name: 'site', priority: 50, manifest: 'c'.repeat(64) }],
};

const image = manifestOf([
  directoryEntry('etc'),
  fileEntry('etc/crypttab', '# image\n'),
  fileEntry('etc/fstab', '# image\n'),
]);

function planned(diskFiles: { path: string; text: string }[] | undefined): Record<string, string> {
  const packages = [manifestOf([directoryEntry('etc'), fileEntry('etc/crypttab', 'site\n')])];
  const system = systemOf('debian');
  const { entries } = planFiles({ lookup, image, packages, diskFiles, consoles: [], system });
  return Object.fromEntries(entries.map((entry) => [entry.path, `${entry.owner} ${entry.class}`]));
}

test('with a layout, what follows from it is generated', () => {
  const paths = planned([{ path: '/etc/fstab', text: 'UUID=1 / ext4\n' }]);
  assert.equal(paths['etc/fstab'], '@generated generated');
  assert.equal(paths['etc/default/grub.d/gutinteg.cfg'], '@generated generated');
});

test('without one, disks and boot loader are the machine’s own, unless a site package says otherwise', () => {
  const paths = planned(undefined);
  assert.equal(paths['etc/fstab'], 'debian-12-amd64 mutable', 'laid down where there is none');
  assert.equal(paths['etc/crypttab'], 'site package');
  assert.equal(paths['etc/default/grub.d/gutinteg.cfg'], undefined);
  assert.equal(paths['etc/hostname'], '@generated generated');
});

test('what a FAT file system of the layout cannot hold is a fault before anything is written', () => {
  const packages = [manifestOf([directoryEntry('dosc'), fileEntry('dosc/Config', 'x'), fileEntry('dosc/config', 'y')])];
  const planWith = (type: string) => {
    const diskFiles = [{ path: '/etc/fstab', text: `UUID=1 / ext4\nUUID=2 /dosc ${type}\n` }];
    return planFiles({ lookup, image, packages, diskFiles, consoles: [], system: systemOf('debian') });
  };
  assert.throws(() => planWith('vfat'), /dosc\/config/i);
  planWith('ext4');
});
