import assert from 'node:assert/strict';
import { test } from 'node:test';
import { architectures } from '../../../lib/architecture.ts';
import { FaultsError } from '../../../lib/errors.ts';
import type { MergedTree } from '../../../packagelink/tree/tree.ts';
import { debian } from '../../systems/debian.ts';
import type { BootPlanInput } from '../boot-plan.ts';
import { grubEfi } from '../grub-efi.ts';
import { MIRROR, sampleLayout } from '../testing/sample-layout.ts';
import { bytesOfText } from './esp-file.ts';
import { espsOf } from './find-esps.ts';

const sources = {
  amd64: [
    ...['shimx64', 'mmx64', 'fbx64'].map((name) => `usr/lib/shim/${name}.efi.signed`),
    'usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed',
  ],
  arm64: [
    ...['shimaa64', 'mmaa64', 'fbaa64'].map((name) => `usr/lib/shim/${name}.efi.signed`),
    'usr/lib/grub/arm64-efi-signed/grubaa64.efi.signed',
  ],
};

function treeOf(paths: readonly string[], sizeBytes = 1_000_000): MergedTree {
  const entries = paths.map((path) => ({ path, type: 'file', content: { sha256: `of ${path}`, sizeBytes } }));
  return { entries } as unknown as MergedTree;
}

function inputFor(text: string, given: Partial<BootPlanInput> = {}): BootPlanInput {
  return {
    layout: sampleLayout(text, 'uefi'),
    tree: treeOf(sources.amd64),
    architecture: architectures.amd64,
    paths: debian.bootPaths,
    menu: { path: debian.bootPaths.grubMenu, mode: 0o600, content: '' },
    osmode: 'image',
    target: '/target',
    ...given,
  };
}

const ONE = 'disk0: (a rest ext4 /)';

for (const { text, firmware, expected } of [
  { text: ONE, firmware: 'uefi', expected: ['disk0 /dev/sda127'] },
  { text: ONE, firmware: 'both', expected: ['disk0 /dev/sda127'] },
  { text: ONE, firmware: 'bios', expected: [] },
  { text: MIRROR, firmware: 'uefi', expected: ['disk0 /dev/sda127', 'disk1 /dev/sdb127'] },
  { text: 'disk0: (a 200M vfat /boot/efi) (b rest ext4 /)', firmware: 'uefi', expected: ['disk0 /dev/sda1'] },
  {
    text: 'disk0: (a rest ext4 /) disk1: (a 300M vfat /boot/efi) (b rest ext4 /srv)',
    firmware: 'uefi',
    expected: ['disk1 /dev/sdb1'],
  },
]) {
  test(`EFI system partitions with ${firmware} firmware: ${text}`, () => {
    const found = espsOf(sampleLayout(text, firmware));
    assert.deepEqual(
      found.map(({ disk, device }) => `${disk} ${device}`),
      expected,
    );
  });
}

test('an EFI system partition that is kept for another system, and mounted elsewhere, is not ours', () => {
  const { disks } = sampleLayout('disk0: (a 200M vfat /boot/efi) (b rest ext4 /)', 'uefi');
  const [own = assert.fail()] = disks[0]?.partitions ?? [];
  const foreign = { ...own, number: 3, device: '/dev/sda3', verdict: 'KEEP' as const };
  const mountedElsewhere = { ...foreign, content: { ...(own.content ?? assert.fail()), mountPoint: '/windows' } };
  const one = { ...(disks[0] ?? assert.fail()), partitions: [own, mountedElsewhere] };
  assert.deepEqual(
    espsOf({ disks: [one] }).map(({ device, isKept }) => [device, isKept]),
    [['/dev/sda1', false]],
  );
  const shared = { ...one, partitions: [foreign] };
  assert.deepEqual(
    espsOf({ disks: [shared] }).map(({ device, isKept }) => [device, isKept]),
    [['/dev/sda3', true]],
  );
});

for (const name of ['amd64', 'arm64'] as const) {
  test(`files of ${name}: what is started comes after what it needs, and the fallback last`, () => {
    const { suffix, removableLoader } = architectures[name].efi;
    const { steps, artefacts } = grubEfi.plan(
      inputFor(ONE, { architecture: architectures[name], tree: treeOf(sources[name]) }),
    );
    const [write = assert.fail(), entries = assert.fail()] = steps;
    assert.ok(write.kind === 'write-esp' && entries.kind === 'boot-entries');
    assert.deepEqual(
      write.files.map(({ path }) => path),
      [
        'EFI/debian/grub.cfg',
        `EFI/debian/grub${suffix}.efi`,
        `EFI/debian/mm${suffix}.efi`,
        `EFI/debian/fb${suffix}.efi`,
        `EFI/debian/shim${suffix}.efi`,
        `EFI/debian/BOOT${suffix.toUpperCase()}.CSV`,
        `EFI/BOOT/mm${suffix}.efi`,
        `EFI/BOOT/fb${suffix}.efi`,
        `EFI/BOOT/${removableLoader}`,
      ],
    );
    assert.deepEqual(
      entries.entries.map(({ label, loaderPath, diskPath, number }) => [label, loaderPath, diskPath, number]),
      [['debian', `\\EFI\\debian\\shim${suffix}.efi`, '/dev/sda', 127]],
    );
    assert.equal(artefacts.filter(({ artefact }) => artefact.kind === 'esp-file').length, 9);
    const shim = artefacts.find(({ artefact }) => artefact.kind === 'esp-file' && /shim/.test(artefact.path));
    assert.deepEqual(Object.values(shim?.digests ?? {}), [`of usr/lib/shim/shim${suffix}.efi.signed`]);
  });
}

test('each half of a mirror has all files, and an entry that says which disk it is', () => {
  const { steps } = grubEfi.plan(inputFor(MIRROR));
  assert.deepEqual(
    steps.map((step) => (step.kind === 'write-esp' ? step.esp.disk : step.kind)),
    ['disk0', 'disk1', 'boot-entries'],
  );
  const labels = steps.flatMap((step) => (step.kind === 'boot-entries' ? step.entries.map(({ label }) => label) : []));
  assert.deepEqual(labels, ['debian (disk0)', 'debian (disk1)']);
});

for (const { text, expected } of [
  { text: ONE, expected: /^set prefix=\(\$root\)\/boot\/grub\nconfigfile \(\$root\)\/boot\/grub\/grub\.cfg$/m },
  { text: 'disk0: (a 1G ext4 /boot) (b rest ext4 /)', expected: /^configfile \(\$root\)\/grub\/grub\.cfg$/m },
  { text: 'disk0: (a rest btrfs / subvol=@)', expected: /^configfile \(\$root\)\/@\/boot\/grub\/grub\.cfg$/m },
]) {
  test(`the stub finds the menu: ${text}`, () => {
    const [write] = grubEfi.plan(inputFor(text)).steps;
    const stub = write?.kind === 'write-esp' ? write.files[0]?.from : undefined;
    assert.match(stub?.kind === 'text' ? stub.text : '', expected);
  });
}

test("shim's list is UTF-16 with a byte order mark", () => {
  const bytes = bytesOfText({ kind: 'text', text: 'shimx64.efi,debian,,x\n', encoding: 'utf16le' });
  assert.deepEqual([...bytes.subarray(0, 4)], [0xff, 0xfe, 's'.charCodeAt(0), 0]);
});

for (const { what, input, expected } of [
  {
    what: 'an image without shim',
    input: inputFor(ONE, { tree: treeOf(sources.amd64.filter((path) => !path.includes('shimx64'))) }),
    expected: /no \/usr\/lib\/shim\/shimx64\.efi\.signed.*add shim-signed and grub-efi-amd64-signed to the image/s,
  },
  {
    what: 'an image of another architecture',
    input: inputFor(ONE, { architecture: architectures.arm64 }),
    expected: /no \/usr\/lib\/grub\/arm64-efi-signed.*add shim-signed and grub-efi-arm64-signed/s,
  },
  {
    what: 'a partition without room',
    input: inputFor('disk0: (a 33M vfat /boot/efi) (b rest ext4 /)', { tree: treeOf(sources.amd64, 6_000_000) }),
    expected: /EFI system partition of disk0 has 33\.0 MiB, and .* are needed/,
  },
  {
    what: 'a layout without an EFI system partition',
    input: inputFor(ONE, { layout: sampleLayout(ONE, 'bios') }),
    expected: /no disk that the machine starts from has an EFI system partition/,
  },
]) {
  test(`refused by the plan: ${what}`, () => {
    assert.throws(
      () => grubEfi.plan(input),
      (error) => error instanceof FaultsError && expected.test(error.message),
    );
  });
}
