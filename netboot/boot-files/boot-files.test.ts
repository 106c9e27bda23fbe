import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { architectures } from '../../lib/architecture.ts';
import { UserError } from '../../lib/errors.ts';
import { loadBootFiles } from './load-boot-files.ts';
import { writeBootFiles } from './place-boot-files.ts';
import { bootFilePackages, bootFiles } from './recipe.ts';

test('what each architecture boots from, and out of which packages', () => {
  const names = (name: 'amd64' | 'arm64') => bootFiles(architectures[name]).map((file) => file.name);
  assert.deepEqual(names('arm64'), ['shimaa64.efi', 'mmaa64.efi', 'fbaa64.efi', 'grubaa64.efi', 'gcdaa64.efi']);
  assert.equal(
    names('amd64').join(' '),
    'shimx64.efi mmx64.efi fbx64.efi grubx64.efi gcdx64.efi undionly.kpxe snponly.efi boot_hybrid.img',
  );
  // The cache tells architectures apart by the names of the packages.
  assert.notDeepEqual(bootFilePackages(architectures.amd64), bootFilePackages(architectures.arm64));
});

async function setUp(context: TestContext) {
  const dir = await mkdtemp(join(tmpdir(), 'gutinteg-boot-files-'));
  context.after(() => rm(dir, { recursive: true, force: true }));
  const files = new Map([
    ['shimx64.efi', Buffer.from('shim')],
    ['grubx64.efi', Buffer.from('GRUB')],
  ]);
  return { dir, files, load: () => loadBootFiles(dir, [...files.keys()], 'gutinteg prepare --site /s') };
}

test('what was placed is loaded, and placed once', async (context) => {
  const { dir, files, load } = await setUp(context);
  assert.equal(await writeBootFiles(dir, files), true);
  assert.equal(await writeBootFiles(dir, files), false);
  const loaded = await load();
  assert.deepEqual(
    [...loaded].map(([name, bytes]) => [name, Buffer.from(bytes).toString()]),
    [
      ['shimx64.efi', 'shim'],
      ['grubx64.efi', 'GRUB'],
    ],
  );
});

const DAMAGE: readonly [name: string, damage: (dir: string) => Promise<unknown>, message: RegExp][] = [
  ['no record', (dir) => rm(join(dir, 'boot-files.json')), /has no boot loaders/],
  ['a record that is none', (dir) => writeFile(join(dir, 'boot-files.json'), '{}'), /boot-files\.json/],
  [
    'a record that names a file elsewhere',
    (dir) => writeFile(join(dir, 'boot-files.json'), '{"suite":"x","sha256":{"../a":"00"}}'),
    /boot-files\.json/,
  ],
  ['other bytes', (dir) => writeFile(join(dir, 'shimx64.efi'), 'evil'), /shimx64\.efi: its SHA-256 is [0-9a-f]{64}/],
  ['a file that is gone', (dir) => rm(join(dir, 'grubx64.efi')), /grubx64\.efi: ENOENT/],
];

for (const [name, damage, message] of DAMAGE) {
  test(`${name}: it is not loaded, the error says what to do, and placing again repairs it`, async (context) => {
    const { dir, files, load } = await setUp(context);
    await writeBootFiles(dir, files);
    await damage(dir);
    await assert.rejects(load(), (error) => error instanceof UserError && message.test(error.message));
    assert.equal(await writeBootFiles(dir, files), true);
    await load();
    assert.equal(await readFile(join(dir, 'shimx64.efi'), 'utf8'), 'shim');
  });
}

test('a file that an earlier version did not place asks for prepare', async (context) => {
  const { dir, files } = await setUp(context);
  await writeBootFiles(dir, files);
  await assert.rejects(loadBootFiles(dir, ['new.efi'], 'gutinteg prepare --site /s'), (error) => {
    assert(error instanceof UserError);
    assert.match(error.message, /new\.efi: was not put there by this version/);
    assert.equal(error.hint, 'gutinteg prepare --site /s');
    return true;
  });
});
