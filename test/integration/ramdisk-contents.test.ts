// The ramdisk as a file: made twice it has the same bytes, and every program in it finds its libraries.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { architectures } from '../../lib/architecture.ts';
import type { Architecture } from '../../lib/architecture.ts';
import { runCommand } from '../../lib/run-command.ts';
import { buildRamdisk } from '../../netboot/ramdisk/build.ts';
import { runProgramsOf } from '../../os-images/emulation/run-programs-of.ts';
import { toolLinks, tools } from '../../netboot/ramdisk/recipe.ts';

const cacheDir = join(import.meta.dirname, '../../.state/cache');
const installerBundle = Buffer.from('console.log("an installer");');
const site = {
  architecture: architectures.amd64,
  cacheDir,
  installerBundle,
  publicKeys: ['first key\n', 'second key\n'],
};

async function scratch(cleanup: AsyncDisposableStack): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ramdisk-test-'));
  cleanup.defer(() => rm(folder, { recursive: true }));
  return folder;
}

/** Unpacks both archives with the tools of the trade. */
async function unpack(ramdisk: string, folder: string): Promise<void> {
  const image = await readFile(ramdisk);
  const second = image.lastIndexOf(Buffer.from([0x28, 0xb5, 0x2f, 0xfd]));
  const archive = join(folder, 'archive');
  for (const part of [image.subarray(0, second), image.subarray(second)]) {
    await runCommand(['zstd', '-q', '-d', '-f', '-o', archive, '-'], { stdin: part });
    await runCommand(['cpio', '-idu', '--quiet', '-F', archive], { cwd: folder });
  }
  await rm(archive);
}

test('same inputs, same bytes; another installer, another ramdisk', async () => {
  await using cleanup = new AsyncDisposableStack();
  const folder = await scratch(cleanup);
  const first = await buildRamdisk({ ...site, outDir: join(folder, 'first') });
  assert.equal(first.rebuilt, true);
  const bytes = await readFile(first.ramdisk);
  assert.ok(first.ramdiskBytes <= 70 * 1024 ** 2);

  const again = await buildRamdisk({ ...site, outDir: join(folder, 'first') });
  assert.deepEqual(again, { ...first, rebuilt: false });

  const elsewhere = await buildRamdisk({ ...site, outDir: join(folder, 'second') });
  assert.ok(bytes.equals(await readFile(elsewhere.ramdisk)));

  const keys = await buildRamdisk({ ...site, publicKeys: ['first key\n'], outDir: join(folder, 'first') });
  assert.equal(keys.rebuilt, true);
  assert.notEqual(keys.inputsDigest, first.inputsDigest);
});

/** What makes a program say what it is, where that is not --version. */
const versionFlag: Readonly<Record<string, string>> = {
  busybox: '--help',
  lvm: 'version',
  ...flagOf('-V', ['mke2fs', 'mkfs.ext2', 'mkfs.ext3', 'mkfs.ext4', 'e2fsck', 'fsck.ext2', 'fsck.ext3', 'fsck.ext4']),
  ...flagOf('-V', ['mkfs.xfs', 'xfs_repair']),
  ...flagOf('--help', ['mkfs.fat', 'mkfs.vfat', 'fsck.fat', 'fsck.vfat']),
};

function flagOf(flag: string, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, flag]));
}

for (const architecture of Object.values(architectures)) {
  test(`every program starts inside the ramdisk of ${architecture.name}`, () => startPrograms(architecture));
}

async function startPrograms(architecture: Architecture): Promise<void> {
  await using cleanup = new AsyncDisposableStack();
  const folder = await scratch(cleanup);
  const { ramdisk } = await buildRamdisk({ ...site, architecture, outDir: join(folder, 'out') });
  const programs = await runProgramsOf(architecture, runCommand);
  cleanup.defer(programs.close);
  const root = join(folder, 'root');
  await runCommand(['mkdir', root]);
  await unpack(ramdisk, root);
  assert.equal(await readFile(join(root, 'etc/gutinteg/keys/1.pub'), 'utf8'), 'second key\n');
  assert.equal(await readFile(join(root, 'lib/gutinteg/installer.mjs'), 'utf8'), installerBundle.toString());

  // LVM's tools want /proc; its mount ends with the program.
  const inRoot = ['unshare', '--mount', '--pid', '--fork', `--mount-proc=${root}/proc`, 'chroot', root] as const;
  for (const name of [...Object.keys(tools), ...Object.keys(toolLinks), 'node']) {
    const { stdout, stderr } = await programs.run([...inRoot, name, versionFlag[name] ?? '--version']);
    assert.match(stdout + stderr, /version|\d+\.\d+|^Usage: \S*fat /, name);
  }
  for (const script of ['init', 'lib/gutinteg/udhcpc', 'lib/gutinteg/hotplug']) {
    await programs.run(['chroot', root, 'sh', '-n', `/${script}`]);
  }
}

test('of a firmware package, the ramdisk has what its modules ask for', async (t) => {
  await using cleanup = new AsyncDisposableStack();
  const folder = await scratch(cleanup);
  const said: string[] = [];
  const firmware = ['firmware-realtek', 'firmware-bnx2x'];
  const outDir = join(folder, 'built');
  const { ramdisk } = await buildRamdisk({ ...site, firmware, outDir, onProgress: (line) => said.push(line) });
  await unpack(ramdisk, folder);
  const files = await readdir(join(folder, 'usr/lib/firmware'), { recursive: true });
  assert.ok(files.includes('rtl_nic/rtl8168g-2.fw'));
  assert.ok(files.includes('bnx2x/bnx2x-e2-7.13.21.0.fw'));
  // For wireless cards, which no module of the ramdisk drives.
  assert.deepEqual(
    files.filter((file) => /rtlwifi|rtw88|rtl_bt/.test(file)),
    [],
  );
  const sizes = said.find((line) => line.startsWith('firmware: ')) ?? '';
  t.diagnostic(sizes);
  assert.match(sizes, /^firmware: \d+ files, \d.* \(firmware-realtek, firmware-bnx2x\)$/);
});
