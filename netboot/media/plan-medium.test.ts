import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MediumMachine } from '../../contract/medium.ts';
import { fakeDigest } from '../fake-machine-source.ts';
import { describeMedium, directoriesOf, manifestsOfMedium, planFilesOfMedium } from './plan-medium.ts';

const machine = (name: string): MediumMachine => ({
  macs: ['52:54:00:12:34:56'],
  token: 'ab'.repeat(32),
  lookup: {
    machineId: '0b6f1d52-6a0e-4c3b-9a57-3f0d8c2e1a41',
    name,
    generation: fakeDigest('a'),
    record: { PARTITION: 'disk0: (a rest ext4 /)' },
    image: { name: 'debian-12-amd64', manifest: fakeDigest('b') },
    packages: [{ name: 'bash', priority: 50, manifest: fakeDigest('c') }],
  },
});

const inputs = {
  serverUrl: 'http://10.77.0.1:8080',
  consoles: ['tty0'],
  machines: [machine('two'), machine('one')],
  digests: [fakeDigest('d')],
};

test('a build is known by all that is on it, whatever the order in which machines were named', () => {
  const { buildId, machines } = describeMedium(inputs);
  assert.match(buildId, /^[0-9a-f]{16}$/);
  assert.deepEqual(
    machines.map(({ lookup }) => lookup.name),
    ['one', 'two'],
  );
  assert.equal(describeMedium({ ...inputs, machines: inputs.machines.toReversed() }).buildId, buildId);
  const others = [
    { ...inputs, serverUrl: 'http://10.77.0.2:8080' },
    { ...inputs, consoles: ['ttyS0'] },
    { ...inputs, machines: [] },
    { ...inputs, machines: [{ ...machine('one'), token: 'cd'.repeat(32) }, machine('two')] },
    { ...inputs, digests: [fakeDigest('e')] },
  ].map((each) => describeMedium(each).buildId);
  assert.equal(new Set([buildId, ...others]).size, others.length + 1);
});

test('files are sorted, each in a directory that is named; the mark is of this build', () => {
  const medium = describeMedium(inputs);
  const parts = {
    kernel: '/k',
    ramdisk: '/r',
    menu: 'menu',
    storeDir: '/store',
    storeFiles: ['packs/x', 'manifests/y'],
  };
  const files = planFilesOfMedium(medium, parts);
  assert.deepEqual(
    files.map(({ path }) => path),
    [
      'boot/grub/grub.cfg',
      'boot/ramdisk.img',
      'boot/vmlinuz',
      `gutinteg/build-${medium.buildId}`,
      'gutinteg/medium.json',
      'gutinteg/store/manifests/y',
      'gutinteg/store/packs/x',
    ],
  );
  assert.deepEqual(directoriesOf(files.map(({ path }) => path)), [
    'boot',
    'boot/grub',
    'gutinteg',
    'gutinteg/store',
    'gutinteg/store/manifests',
    'gutinteg/store/packs',
  ]);
  assert.deepEqual(manifestsOfMedium(medium), [fakeDigest('b'), fakeDigest('c')]);
});
