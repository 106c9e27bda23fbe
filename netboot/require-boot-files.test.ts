import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { requireBootFilesFor } from './require-boot-files.ts';

const CASES: [record: { ARCH?: string }, fault: RegExp | undefined][] = [
  [{}, undefined],
  [{ ARCH: 'amd64' }, undefined],
  [{ ARCH: 'arm64' }, /boot\/arm64\/ramdisk\.img is missing; machines with ARCH=arm64 boot from it/],
  [{ ARCH: 'sparc' }, /^q-bert has ARCH=sparc, which cannot be installed; only amd64 and arm64 can$/],
];

for (const [record, fault] of CASES) {
  test(`kernel and ramdisk for ${JSON.stringify(record)}`, async (context) => {
    const dir = await mkdtemp(join(tmpdir(), 'gutinteg-boot-files-'));
    context.after(() => rm(dir, { recursive: true }));
    for (const file of ['amd64/vmlinuz', 'amd64/ramdisk.img', 'arm64/vmlinuz']) {
      await mkdir(join(dir, 'boot', file, '..'), { recursive: true });
      await writeFile(join(dir, 'boot', file), '');
    }
    const required = requireBootFilesFor({ name: 'q-bert', record }, dir);
    await (fault === undefined ? required : assert.rejects(required, { message: fault }));
  });
}
