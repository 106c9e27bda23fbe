// Generations of an image, each with another kernel, and the machine of the nightly lab that gets them; and readers of what
// it would boot that are not ours: a few lines here, and GRUB's own check of its scripts.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { writeStartedKernels } from '../../installer/kernels/started-kernels.ts';
import type { StartedKernels } from '../../installer/kernels/started-kernels.ts';
import { runCommand } from '../../lib/run-command.ts';
import { loadOrCreateSiteKey } from '../../packagelink/manifests/keys.ts';
import { publishTree } from '../../packagelink/publish/publish.ts';
import { openStore } from '../../packagelink/store/store.ts';
import { planLayout } from '../../partition-specs/plan-layout.ts';
import { GiB } from '../../lib/bytes.ts';
import { parsePartitionSpec } from '../../partition-specs/spec.ts';
import { disk, machine } from '../../partition-specs/testing/disk.ts';
import { IMAGE } from '../helpers/small-site.ts';
import { unpackedPackage } from '../helpers/unpacked-package.ts';
import { makeNightlyLab } from './nightly-lab.ts';
import type { NightlyLab } from './nightly-lab.ts';

export const MENU = 'boot/grub/grub.cfg';

/** What is in a kernel's file, which says that it is whole. */
const kernelFile = (name: string, release: string): string => `${name} of Linux ${release}\n`.repeat(500);

export type Generation = {
  readonly release: string;
  /** In the contents of the kernel's files, where two generations have one name for two kernels. */
  readonly build?: string;
  /** As in the recipe. */
  readonly mutable?: readonly string[];
};

/** Publishes the image with this kernel instead of the one before. */
export async function publishKernel(lab: NightlyLab, { release, build = release, mutable = [] }: Generation) {
  const tree = await mkdtemp(join(tmpdir(), 'gutinteg-generation-'));
  try {
    put(tree, 'etc/os-release', 'ID=debian\n');
    put(tree, 'etc/passwd', 'root:x:0:0:root:/root:/bin/sh\n');
    for (const name of ['vmlinuz', 'initrd.img', 'System.map', 'config']) {
      put(tree, `boot/${name}-${release}`, kernelFile(name, build));
    }
    for (const name of ['modules.dep', 'kernel/fs/ext4/ext4.ko']) {
      put(tree, `usr/lib/modules/${release}/${name}`, kernelFile(name, build));
    }
    symlinkSync('usr/lib', join(tree, 'lib'));
    for (const name of ['vmlinuz', 'initrd.img']) symlinkSync(`boot/${name}-${release}`, join(tree, name));
    const { privateKey: signingKey } = await loadOrCreateSiteKey(lab.site.stateDir);
    const store = openStore(join(lab.site.stateDir, 'store'));
    await publishTree({ store, name: IMAGE, tree, kind: 'image', mutable: [...mutable], signingKey });
  } finally {
    rmSync(tree, { recursive: true });
  }
}

/** The lab's machine, adopted with this kernel. Its menu is the distribution's own. */
export async function adoptedWith(
  stack: AsyncDisposableStack,
  generation: Generation,
  menu: string,
): Promise<NightlyLab> {
  const lab = await makeNightlyLab(stack);
  await publishKernel(lab, generation);
  put(lab.root, MENU, menu);
  const { exitCode, stdout, stderr } = await lab.adopt();
  assert.equal(exitCode, 0, stdout + stderr);
  return lab;
}

type InstalledOptions = {
  readonly partition?: string;
  /** Before the first file is laid down. */
  readonly prepare?: (lab: NightlyLab) => Promise<void>;
};

/** The same as if gutinteg had installed it: its disks and its boot menu are gutinteg's, and the kernel has started. */
export async function installedWith(
  stack: AsyncDisposableStack,
  generation: Generation,
  { partition = 'disk0: (a rest ext4 /)', prepare = async () => {} }: InstalledOptions = {},
): Promise<NightlyLab> {
  const lab = await makeNightlyLab(stack);
  await prepare(lab);
  await publishKernel(lab, generation);
  const { exitCode, stdout, stderr } = await lab.adopt();
  assert.equal(exitCode, 0, stdout + stderr);
  const file = join(lab.root, 'var/lib/gutinteg/machine.json');
  const state = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  const layout = layoutOf(partition, String(state['machineId']));
  writeFileSync(file, JSON.stringify({ ...state, layout, consoles: ['tty0', 'ttyS0,115200'] }));
  await start(lab, { last: generation.release });
  const run = await lab.agent([]);
  assert.equal(run.exitCode, 0, run.stdout + run.stderr);
  return lab;
}

function layoutOf(partition: string, machineId: string) {
  const facts = machine(disk({ serial: 'GUT1', sizeBytes: 8 * GiB }));
  return planLayout({ spec: parsePartitionSpec(partition), facts, bindings: {}, machineId });
}

/** What a run of the started system would have noted. */
export async function start(lab: NightlyLab, started: StartedKernels): Promise<void> {
  await writeStartedKernels(lab.root, started);
}

/** What the entries of a menu name, in order. */
function entriesOf(menu: string): { readonly kernel: string; readonly initramfs: string }[] {
  const entries = menu.split(/^menuentry /m).slice(1);
  return entries.map((entry) => ({
    kernel: /^\s*linux\s+(\S+)/m.exec(entry)?.[1] ?? '',
    initramfs: /^\s*initrd\s+(\S+)/m.exec(entry)?.[1] ?? '',
  }));
}

/** The releases of the menu's entries in order; each has kernel, initramfs and modules, and they are whole. */
export function bootable(root: string): string[] {
  return entriesOf(readFileSync(join(root, MENU), 'utf8')).map(({ kernel, initramfs }) => {
    const release = kernel.replace('/boot/vmlinuz-', '');
    assert.equal(readFileSync(join(root, kernel), 'utf8'), kernelFile('vmlinuz', release));
    assert.equal(initramfs, `/boot/initrd.img-${release}`);
    assert.equal(readFileSync(join(root, initramfs), 'utf8'), kernelFile('initrd.img', release));
    for (const name of ['modules.dep', 'kernel/fs/ext4/ext4.ko']) {
      assert.equal(readFileSync(join(root, 'usr/lib/modules', release, name), 'utf8'), kernelFile(name, release));
    }
    return release;
  });
}

/**
 * The same of a file system for /boot, as GRUB finds it on the disk while Linux has it mounted: without its journal, as
 * after a power cut. `whole` are the entries whose files GRUB finds, with every byte.
 * @see grub-fstest(1)
 */
export async function bootableByGrub(image: string): Promise<{ readonly named: string[]; readonly whole: string[] }> {
  const grub = join(await unpackedPackage('grub-common'), 'usr/bin/grub-fstest');
  const read = async (path: string): Promise<string> =>
    (await runCommand([grub, image, 'cat', `(loop0)${path}`], { okExitCodes: [0, 1], timeoutMs: 60_000 })).stdout;
  const named: string[] = [];
  const whole: string[] = [];
  for (const { kernel, initramfs } of entriesOf(await read(MENU.replace('boot', '')))) {
    const release = kernel.replace('/vmlinuz-', '');
    named.push(release);
    const isKernel = (await read(kernel)).trimEnd() === kernelFile('vmlinuz', release).trimEnd();
    const isInitramfs = (await read(initramfs)).trimEnd() === kernelFile('initrd.img', release).trimEnd();
    if (isKernel && isInitramfs) whole.push(release);
  }
  return { named, whole };
}

/** Releases of which the machine has a kernel file, an initramfs, or modules. */
export function kernelsOn(root: string): {
  readonly kernels: string[];
  readonly initramfs: string[];
  readonly modules: string[];
} {
  const names = readdirSync(join(root, 'boot')).toSorted();
  const after = (prefix: string) =>
    names.flatMap((name) => (name.startsWith(prefix) ? [name.slice(prefix.length)] : []));
  const modules = existsSync(join(root, 'usr/lib/modules'))
    ? readdirSync(join(root, 'usr/lib/modules')).toSorted()
    : [];
  return { kernels: after('vmlinuz-'), initramfs: after('initrd.img-'), modules };
}

/** @throws CommandError when GRUB cannot read the menu. @see grub-script-check(1) */
export async function assertReadByGrub(root: string): Promise<void> {
  const grub = await unpackedPackage('grub-common');
  await runCommand([join(grub, 'usr/bin/grub-script-check'), join(root, MENU)]);
}

function put(root: string, path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}
