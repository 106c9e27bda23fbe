// The image of a stick or CD, read back by programs that are not ours. The real boot programs; kernel and ramdisk are
// stand-ins.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { mediumSchema } from '../../contract/medium.ts';
import { architectures } from '../../lib/architecture.ts';
import { runCommand } from '../../lib/run-command.ts';
import { loadBootFiles } from '../../netboot/boot-files/load-boot-files.ts';
import { placeBootFiles } from '../../netboot/boot-files/place-boot-files.ts';
import { buildMedium } from '../../netboot/media/build-medium.ts';
import { mediumBootFiles } from '../../netboot/media/plan-medium.ts';
import { unpackedPackage } from '../helpers/unpacked-package.ts';

const architecture = architectures.amd64;
const cacheDir = join(import.meta.dirname, '../../.state/cache');
const digest = 'a'.repeat(64);

const machine = {
  macs: ['52:54:00:12:34:56'],
  token: 'ab'.repeat(32),
  lookup: {
    machineId: '0b6f1d52-6a0e-4c3b-9a57-3f0d8c2e1a41',
    name: 'q-bert',
    generation: digest,
    record: {},
    image: { name: 'i', manifest: digest },
    packages: [],
  },
};

async function setUp(context: TestContext) {
  const dir = await mkdtemp(join(tmpdir(), 'gutinteg-medium-'));
  context.after(() => rm(dir, { recursive: true, force: true }));
  await placeBootFiles({ architecture, cacheDir, outDir: join(dir, 'boot') });
  await mkdir(join(dir, 'store/manifests'), { recursive: true });
  for (const name of ['vmlinuz', 'ramdisk.img', `store/manifests/${digest}`]) await writeFile(join(dir, name), name);
  const build = async (name: string, machines = [machine]) =>
    buildMedium({
      architecture,
      bootFiles: await loadBootFiles(join(dir, 'boot'), Object.values(mediumBootFiles(architecture)), 'none'),
      kernel: join(dir, 'vmlinuz'),
      ramdisk: join(dir, 'ramdisk.img'),
      storeDir: join(dir, 'store'),
      storeFiles: machines.length === 0 ? [] : [`manifests/${digest}`],
      serverUrl: 'http://10.77.0.1:8080',
      consoles: ['tty0', 'ttyS0,115200'],
      machines,
      erases: machines.map(({ lookup }) => `${lookup.name}: erases disk0`),
      output: join(dir, name),
      epoch: 946_684_800,
      onProgress: () => undefined,
    });
  /** Files of the ISO 9660 file system, by another reader. */
  const extract = async (image: string): Promise<string> => {
    const out = join(dir, 'extracted');
    await runCommand([
      'bsdtar',
      '-x',
      '-f',
      join(dir, image),
      '-C',
      await mkdir(out, { recursive: true }).then(() => out),
    ]);
    return out;
  };
  return { dir, build, extract };
}

test('an image has what BIOS and UEFI start, the menu twice, and its machines; nobody else may read it', async (context) => {
  const { dir, build, extract } = await setUp(context);
  const { medium, bytes, sha256 } = await build('offline.iso');
  const image = join(dir, 'offline.iso');
  const found = await stat(image);
  assert.deepEqual([found.mode & 0o777, found.size], [0o600, bytes]);
  assert.equal((await runCommand(['sha256sum', image])).stdout.split(' ')[0], sha256);

  const files = await extract('offline.iso');
  const read = (path: string): Promise<string> => readFile(join(files, path), 'utf8');
  assert.deepEqual(mediumSchema.parse(JSON.parse(await read('gutinteg/medium.json'))), medium);
  assert.equal(await read('boot/vmlinuz'), 'vmlinuz');
  assert.equal(await read(`gutinteg/store/manifests/${digest}`), `store/manifests/${digest}`);
  assert.equal(await read(`gutinteg/build-${medium.buildId}`), '');

  const { stdout: table } = await runCommand(['sfdisk', '--json', image]);
  const parts = (JSON.parse(table) as { partitiontable: { partitions: { start: number; type: string }[] } })
    .partitiontable;
  const esp = parts.partitions.find(({ type }) => type === 'C12A7328-F81F-11D2-BA4B-00A0C93EC93B');
  const fat = `${image}@@${(esp?.start ?? 0) * 512}`;
  const menu = (await runCommand(['mtype', '-i', fat, '::/boot/grub/grub.cfg'])).stdout;
  assert.equal(menu, await read('boot/grub/grub.cfg'));
  const { stdout: listed } = await runCommand(['mdir', '-b', '-/', '-i', fat, '::/EFI']);
  assert.match(listed, /BOOTX64\.EFI[\s\S]*grubx64\.efi[\s\S]*mmx64\.efi/);
  await writeFile(join(dir, 'menu'), menu);
  const grub = await unpackedPackage('grub-common');
  await runCommand([join(grub, 'usr/bin/grub-script-check'), join(dir, 'menu')]);

  const { stdout: report } = await runCommand(['xorriso', '-indev', image, '-report_el_torito', 'plain']);
  assert.match(report, /El Torito boot img :\s+1 +BIOS +y +none/);
  assert.match(report, /El Torito boot img :\s+2 +UEFI +y +none/);
});

test('the same inputs make the same bytes at another time; without machines, anybody may read it', async (context) => {
  const { dir, build } = await setUp(context);
  const first = await build('first.iso', []);
  const second = await build('second.iso', []);
  assert.deepEqual(second, first);
  assert.equal((await stat(join(dir, 'first.iso'))).mode & 0o777, 0o644);
  await runCommand(['cmp', join(dir, 'first.iso'), join(dir, 'second.iso')]);
  const other = await build('second.iso');
  assert.notEqual(other.medium.buildId, first.medium.buildId);
});
