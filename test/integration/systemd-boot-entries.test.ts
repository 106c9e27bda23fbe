// The entries of an EFI system partition, as systemd's own bootctl reads them.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { z } from 'zod';
import { readEspEntries } from '../../installer/boot-loaders/entries/esp-entries.ts';
import { writeEspFiles } from '../../installer/boot-loaders/esp/write-esp-files.ts';
import { parseJsonEdge } from '../../lib/parse-edge.ts';
import { runCommand } from '../../lib/run-command.ts';
import { unpackedPackage } from '../helpers/unpacked-package.ts';

/** bootctl looks only at the root of a file system. */
const IN_A_FILE_SYSTEM = 'mount -t tmpfs tmpfs "$1" && cp -r "$2"/. "$1" && "$3" "--esp-path=$1" --json=short list';

const entrySchema = z.looseObject({
  id: z.string(),
  showTitle: z.string(),
  version: z.string(),
  architecture: z.string(),
  options: z.string(),
  linux: z.string(),
  initrd: z.array(z.string()),
});

test('an older kernel that comes first in the menu comes first for systemd-boot, too', async () => {
  const bootctl = join(await unpackedPackage('systemd-boot', 'systemd'), 'usr/bin/bootctl');
  await using cleanup = new AsyncDisposableStack();
  const work = await mkdtemp(join(tmpdir(), 'systemd-boot-entries-'));
  cleanup.defer(() => rm(work, { recursive: true }));
  const [root, top, place] = ['root', 'esp', 'mounted'].map((name) => join(work, name)) as [string, string, string];
  const releases = ['6.1.0-9-amd64', '6.12.3+2', '6.9'];
  const entries = releases.map((version) => {
    const [linux, initrd] = [`/boot/vmlinuz-${version}`, `/boot/initrd.img-${version}`];
    return {
      title: `debian (Linux ${version})`,
      version,
      linux,
      initrd,
      options: 'root=UUID=R ro console=ttyS0,115200',
    };
  });
  for (const path of entries.flatMap(({ linux, initrd }) => [linux, initrd])) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), `bytes of ${path}`);
  }
  for (const path of [top, place]) await mkdir(path);
  const files = await readEspEntries({ suffix: 'x64', entries }, root);
  await writeEspFiles(top, files);
  const argv = ['env', 'SYSTEMD_RELAX_ESP_CHECKS=1', 'unshare', '-m', 'sh', '-c', IN_A_FILE_SYSTEM, 'sh'] as const;
  const { stdout, stderr } = await runCommand([...argv, place, top, bootctl]);
  assert.equal(stderr, '', 'bootctl complains of nothing');
  const read = stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => parseJsonEdge(entrySchema, line, 'bootctl list'));
  assert.deepEqual(
    read.map(({ id, version, architecture }) => [id, version, architecture]),
    [
      ['gutinteg-6.1.0-9-amd64.conf', '6.1.0-9-amd64', 'x64'],
      ['gutinteg-6.12.3_2.conf', '6.12.3+2', 'x64'],
      ['gutinteg-6.9.conf', '6.9', 'x64'],
    ],
  );
  const paths = new Set(files.map(({ path }) => `/${path}`));
  for (const [index, { linux, initrd, options, showTitle }] of read.entries()) {
    assert.deepEqual([options, showTitle], [entries[index]?.options, entries[index]?.title]);
    for (const path of [linux, ...initrd]) assert.ok(paths.has(path), path);
  }
});
