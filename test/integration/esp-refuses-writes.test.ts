// An EFI system partition that takes no more bytes in the middle of a run: what was there is whole, and the report says
// which file it is about, what is free and what to do. A tmpfs stands for the FAT: without room for a name, or read-only.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { espsOf } from '../../installer/boot-loaders/esp/find-esps.ts';
import { keepEsps } from '../../installer/boot-loaders/esp/keep-esps.ts';
import type { MountEsp } from '../../installer/boot-loaders/esp/mount-esp.ts';
import { sampleLayout } from '../../installer/boot-loaders/testing/sample-layout.ts';
import { debian } from '../../installer/systems/debian.ts';
import { architectures } from '../../lib/architecture.ts';
import { runCommand } from '../../lib/run-command.ts';
import type { RunCommand } from '../../lib/run-command.ts';

const PATHS = ['EFI/debian/grubx64.efi', 'EFI/debian/shimx64.efi', 'EFI/BOOT/BOOTX64.EFI'] as const;

/** `keep` brings these bytes; it is given the mount options of its own file system for the moment of writing. */
async function labWith(stack: AsyncDisposableStack) {
  const top = await mkdtemp(join(tmpdir(), 'esp-refuses-'));
  stack.defer(() => rm(top, { recursive: true }));
  await runCommand(['mount', '-t', 'tmpfs', '-o', 'size=1m,nr_inodes=20', 'tmpfs', top]);
  stack.defer(async () => void (await runCommand(['umount', top])));
  const layout = sampleLayout('disk0: (a rest ext4 /)', 'uefi');
  const esps = espsOf(layout);
  const rows = esps.map(({ device, diskPath, partUuid }) => ({ path: device, pkname: diskPath, partuuid: partUuid }));
  const run: RunCommand = async () => ({ exitCode: 0, stdout: JSON.stringify({ blockdevices: rows }), stderr: '' });
  const keep = async (letter: string, options?: string) => {
    const mountEsp: MountEsp = async (_device, access, work) => {
      const remount = async (words: string) => runCommand(['mount', '-o', `remount,${words}`, top]);
      if (access === 'write' && options !== undefined) await remount(options);
      try {
        return await work(top);
      } finally {
        await remount('rw,size=1m,nr_inodes=20');
      }
    };
    const files = PATHS.map((path) => {
      return { path, from: { kind: 'text', text: letter.repeat(5000), encoding: 'utf8' } } as const;
    });
    const wishes = esps.map((esp) => ({ esp, files, entry: { label: 'debian', path: PATHS[1] } }));
    const tools = { mountEsp, readEfi: async () => undefined };
    const known = { recorded: [], layout, architecture: architectures.amd64, paths: debian.bootPaths, run };
    return keepEsps({ ...known, changeNothing: false }, { wishes, loader: 'grub-efi', tools, root: '/' });
  };
  /** The letter that each whole file is made of. */
  const letters = async (paths: readonly string[] = PATHS) => {
    const texts = await Promise.all(paths.map((path) => readFile(join(top, path), 'utf8')));
    for (const text of texts) assert.match(text, /^(.)\1{4999}$/);
    return texts.map((text) => text[0]);
  };
  return { keep, letters, top };
}

for (const { what, options, expected } of [
  {
    what: 'without room for another name',
    // The root, three directories, three files and what a test has added: not one more.
    options: 'nr_inodes=7',
    expected:
      /partition of disk0 \(\/dev\/\w+\): EFI\/debian\/grubx64\.efi could not be changed, and no file is half written; \d+ KiB are free on the EFI system partition: ENOSPC.*; try: delete what no system on it needs/,
  },
  {
    what: 'that the kernel has made read-only',
    options: 'ro',
    expected:
      /partition of disk0 \(\/dev\/\w+\): EFI\/debian\/grubx64\.efi could not be changed, and no file is half written; \d+ KiB are free .*: EROFS.*; try: .*fsck\.vfat -a/,
  },
]) {
  test(`an EFI system partition ${what}: the old files are whole, and the next night with room ends it`, async () => {
    await using stack = new AsyncDisposableStack();
    const { keep, letters, top } = await labWith(stack);
    assert.deepEqual((await keep('a')).errors, []);
    const refused = await keep('b', options);
    assert.match(refused.errors.join('\n'), expected);
    assert.deepEqual([refused.changes, await letters()], [[], ['a', 'a', 'a']]);
    assert.deepEqual((await readdir(join(top, 'EFI/debian'))).toSorted(), ['grubx64.efi', 'shimx64.efi']);
    assert.deepEqual((await keep('b')).errors, []);
    assert.deepEqual(await letters(), ['b', 'b', 'b']);
  });
}

test('a directory that can be made no more: the files before it are new, the others old, and none is in between', async () => {
  await using stack = new AsyncDisposableStack();
  const { keep, letters, top } = await labWith(stack);
  assert.deepEqual((await keep('a')).errors, []);
  await rm(join(top, 'EFI/BOOT'), { recursive: true });
  // One name for the file that is being replaced, and none for a directory and the file in it.
  const refused = await keep('b', 'nr_inodes=6');
  assert.match(refused.errors.join('\n'), /EFI\/BOOT\/BOOTX64\.EFI could not be changed/);
  assert.deepEqual(await letters(PATHS.slice(0, 2)), ['b', 'b']);
  await mkdir(join(top, 'EFI/BOOT'), { recursive: true });
  assert.deepEqual((await keep('b')).errors, []);
  assert.deepEqual(await letters(), ['b', 'b', 'b']);
});
