import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { architectures } from '../../lib/architecture.ts';
import { FaultsError } from '../../lib/errors.ts';
import type { RunCommand } from '../../lib/run-command.ts';
import { debian } from '../systems/debian.ts';
import type { RecordedBoot } from './boot-artefact.ts';
import type { BootPlanInput, BootStep } from './boot-plan.ts';
import { renderEntryMenu } from './entries/entry-menu.ts';
import { installEsp } from './esp/install-esp.ts';
import { keepEsps } from './esp/keep-esps.ts';
import type { MountEsp } from './esp/mount-esp.ts';
import { systemdBoot } from './systemd-boot.ts';
import { MIRROR, sampleLayout } from './testing/sample-layout.ts';
import { sampleFiles, treeOf, writeSystem } from './testing/sample-system.ts';

const ONE = 'disk0: (a rest ext4 /)';
const paths = debian.bootPaths;

function inputFor(
  text: string,
  { releases = ['6.1'], ...given }: Partial<BootPlanInput> & { releases?: string[] } = {},
) {
  const layout = sampleLayout(text, 'uefi');
  const menu = renderEntryMenu({
    layout,
    rootArguments: ['root=UUID=R'],
    kernels: releases.map((release) => ({ release, ...debian.kernelFiles(release) })),
    title: 'debian 12',
    consoles: ['tty0'],
    paths,
  });
  const files = Object.assign({}, ...releases.map((release) => sampleFiles('x64', release)));
  const input: BootPlanInput = {
    layout,
    tree: treeOf(files),
    architecture: architectures.amd64,
    paths,
    menu,
    osmode: 'image',
    target: '/target',
    ...given,
  };
  return { ...input, files };
}

const writesOf = (steps: readonly BootStep[]) => steps.flatMap((step) => (step.kind === 'write-esp' ? [step] : []));

for (const name of ['amd64', 'arm64'] as const) {
  test(`files of ${name}: what firmware starts without an entry comes last`, () => {
    const architecture = architectures[name];
    const { suffix, removableLoader } = architecture.efi;
    const tree = treeOf(sampleFiles(suffix, '6.1'));
    const { steps, artefacts } = systemdBoot.plan(inputFor(MIRROR, { architecture, tree }));
    for (const { files } of writesOf(steps)) {
      assert.deepEqual(
        files.map(({ path }) => path),
        ['loader/loader.conf', `EFI/systemd/systemd-boot${suffix}.efi`, `EFI/BOOT/${removableLoader}`],
      );
    }
    const entries = steps.flatMap((step) => (step.kind === 'boot-entries' ? step.entries : []));
    assert.deepEqual(
      entries.map(({ label, loaderPath, diskPath }) => [label, loaderPath, diskPath]),
      [
        ['debian (disk0)', `\\EFI\\systemd\\systemd-boot${suffix}.efi`, '/dev/sda'],
        ['debian (disk1)', `\\EFI\\systemd\\systemd-boot${suffix}.efi`, '/dev/sdb'],
      ],
    );
    assert.deepEqual(new Set(artefacts.map(({ loader }) => loader)), new Set(['systemd-boot']));
  });
}

const large = {
  entries: treeOf(sampleFiles('x64', '6.1')).entries.map((entry) => ({
    ...entry,
    content: { sha256: 'x', sizeBytes: 60_000_000 },
  })),
};

for (const { what, input, expected } of [
  {
    what: 'an image without the package',
    input: inputFor(ONE, { tree: treeOf({}) }),
    expected:
      /no \/usr\/lib\/systemd\/boot\/efi\/systemd-bootx64\.efi.*add systemd-boot-efi to the image.*no file \/boot\/vmlinuz-6\.1/s,
  },
  {
    what: 'kernels that apt is to change',
    input: inputFor(ONE, { osmode: 'packages' }),
    expected: /with OSMODE=packages nothing would carry.*BOOTLOADER=grub/s,
  },
  {
    what: 'kernels that would fill the partition once there are several',
    input: inputFor('disk0: (a 400M vfat /boot/efi) (b rest ext4 /)', {
      tree: large as unknown as BootPlanInput['tree'],
    }),
    expected: /EFI system partition of disk0 has 400 MiB, and 6\d\d MiB are needed/,
  },
]) {
  test(`refused by the plan: ${what}`, () => {
    assert.throws(
      () => systemdBoot.plan(input),
      (error) => error instanceof FaultsError && (expected.test(error.message) || assert.fail(error.message)),
    );
  });
}

test('refused by the plan: an EFI system partition that is kept for others', () => {
  const input = inputFor('disk0: (a 512M vfat /boot/efi) (b rest ext4 /)');
  const disks = input.layout.disks.map((disk) => {
    return { ...disk, partitions: disk.partitions.map((each) => ({ ...each, verdict: 'KEEP' as const })) };
  });
  assert.throws(
    () => systemdBoot.plan({ ...input, layout: { ...input.layout, disks } }),
    /is kept, .*BOOTLOADER=grub/s,
  );
});

/** Two directories for partitions, one for the system; each run is given the kernels that its menu names. */
function lab(stack: DisposableStack) {
  const dir = mkdtempSync(join(tmpdir(), 'systemd-boot-'));
  stack.defer(() => rmSync(dir, { recursive: true }));
  const root = join(dir, 'root');
  const topOf = (device: string) => join(dir, device.replaceAll('/', '-'));
  const mountEsp: MountEsp = async (device, _access, work) => {
    mkdirSync(topOf(device), { recursive: true });
    return work(topOf(device));
  };
  const plan = (releases: string[]) => {
    const input = inputFor(MIRROR, { releases });
    writeSystem(root, input.files);
    return { input, writes: writesOf(systemdBoot.plan(input).steps) };
  };
  const keep = async (releases: string[], recorded: readonly RecordedBoot[], initramfs?: string) => {
    const { input, writes } = plan(releases);
    if (initramfs !== undefined) writeFileSync(join(root, `boot/initrd.img-${releases[0]}`), initramfs);
    const rows = writes.map(({ esp }) => ({ path: esp.device, pkname: esp.diskPath, partuuid: esp.partUuid }));
    const run: RunCommand = async () => ({ exitCode: 0, stdout: JSON.stringify({ blockdevices: rows }), stderr: '' });
    const wishes = writes.map(({ esp, files, menu = assert.fail() }) => {
      return { esp, files, menu, entry: { label: 'debian', path: 'EFI/systemd/systemd-bootx64.efi' } };
    });
    const tools = { mountEsp, readEfi: async () => undefined };
    return keepEsps({ ...input, recorded, run, changeNothing: false }, { wishes, loader: 'systemd-boot', tools, root });
  };
  const install = async (releases: string[]) => {
    for (const step of plan(releases).writes) await installEsp(step, { root, mountEsp });
  };
  return { install, keep, topOf };
}

/** What each entry leads to: release, and the bytes of its kernel and its initramfs. */
function entriesOn(top: string): string[] {
  const directory = join(top, 'loader/entries');
  const texts = readdirSync(directory).map((name) => readFileSync(join(directory, name), 'utf8'));
  const value = (text: string, key: string) => new RegExp(`^${key} (.*)$`, 'm').exec(text)?.[1] ?? '';
  const read = (path: string) => readFileSync(join(top, path), 'utf8');
  return texts
    .toSorted((left, right) => value(left, 'sort-key').localeCompare(value(right, 'sort-key')))
    .map((text) => `${value(text, 'version')}: ${read(value(text, 'linux'))}, ${read(value(text, 'initrd'))}`);
}
const asBuilt = (release: string) =>
  `${release}: bytes of boot/vmlinuz-${release}, bytes of boot/initrd.img-${release}`;
const DEVICES = ['/dev/sda127', '/dev/sdb127'];

test('a new kernel is carried to both disks, with its entry first; one that the menu has dropped goes', async () => {
  using stack = new DisposableStack();
  const { install, keep, topOf } = lab(stack);
  await install(['6.1']);
  for (const device of DEVICES) assert.deepEqual(entriesOn(topOf(device)), [asBuilt('6.1')]);
  const still = await keep(['6.1'], []);
  assert.deepEqual([still.changes, still.errors], [[], []]);
  const second = await keep(['6.2', '6.1'], still.recorded);
  for (const device of DEVICES) assert.deepEqual(entriesOn(topOf(device)), [asBuilt('6.2'), asBuilt('6.1')]);
  const third = await keep(['6.2'], second.recorded);
  const deleted = third.changes.filter(({ action }) => action === 'deleted').map(({ path }) => path);
  assert.deepEqual(
    deleted.map((path) => path.replace(/[0-9a-f]{16}$/, 'DIGEST')),
    ['disk0', 'disk1'].flatMap((disk) => [
      `${disk}:/loader/entries/gutinteg-6.1.conf`,
      `${disk}:/gutinteg/DIGEST`,
      `${disk}:/gutinteg/DIGEST`,
    ]),
  );
  for (const device of DEVICES) {
    assert.deepEqual(entriesOn(topOf(device)), [asBuilt('6.2')]);
    assert.equal(readdirSync(join(topOf(device), 'gutinteg')).length, 2);
  }
});

test('an initramfs that was made anew gets a place of its own, and its entry follows', async () => {
  using stack = new DisposableStack();
  const { install, keep, topOf } = lab(stack);
  await install(['6.1']);
  const before = readdirSync(join(topOf('/dev/sda127'), 'gutinteg'));
  await keep(['6.1'], [], 'another');
  assert.deepEqual(entriesOn(topOf('/dev/sda127')), ['6.1: bytes of boot/vmlinuz-6.1, another']);
  const after = readdirSync(join(topOf('/dev/sda127'), 'gutinteg'));
  assert.equal(after.filter((name) => before.includes(name)).length, 1);
});

test('what a killed run left goes; what is not ours stays', async () => {
  using stack = new DisposableStack();
  const { install, keep, topOf } = lab(stack);
  await install(['6.1']);
  const top = topOf('/dev/sda127');
  mkdirSync(join(top, 'gutinteg/0123456789abcdef'));
  writeFileSync(join(top, 'gutinteg/0123456789abcdef/gutinteg.new'), 'half of');
  writeFileSync(
    join(top, 'loader/entries/arch.conf'),
    'title Arch\nversion 9\nlinux /loader/loader.conf\ninitrd /loader/loader.conf\n',
  );
  const { changes } = await keep(['6.1'], []);
  assert.deepEqual(
    changes.map(({ path, action }) => `${path} ${action}`),
    ['disk0:/gutinteg/0123456789abcdef deleted'],
  );
  assert.equal(entriesOn(top).length, 2);
});
