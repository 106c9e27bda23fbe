// From recipe to package store with everything real but the Debian packages: a stand-in writes the tree.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { UserError } from '../../lib/errors.ts';
import { CommandError } from '../../lib/run-command.ts';
import type { RunCommand } from '../../lib/run-command.ts';
import { buildImage } from '../../os-images/build.ts';
import { loadImageRecipe } from '../../os-images/load-recipe.ts';
import { loadOrCreateSiteKey } from '../../packagelink/manifests/keys.ts';
import { openStore, readName } from '../../packagelink/store/store.ts';

const lab = join(import.meta.dirname, '../../examples/lab');

async function writeTree(tree: string): Promise<void> {
  for (const folder of ['boot', 'etc', 'var/log', 'var/lib/dpkg']) await mkdir(join(tree, folder), { recursive: true });
  await writeFile(join(tree, 'var/lib/dpkg/status'), 'Package: udev\nStatus: install ok installed\n');
  for (const name of ['vmlinuz', 'initrd.img']) {
    await writeFile(join(tree, 'boot', name), `${name} ${'x'.repeat(1000)}`);
    await symlink(`boot/${name}`, join(tree, name));
  }
}

/** Stands in for mmdebstrap and for programs in the new tree. */
function standIn(builds: { count: number }): RunCommand {
  return async (argv, options) => {
    if (argv[0] === 'mmdebstrap') {
      builds.count += 1;
      await writeTree(argv.at(-1) ?? '');
      options?.onLine?.('I: extracting archives...');
      options?.onLine?.('Setting up udev');
    }
    return { exitCode: 0, stdout: '', stderr: '' };
  };
}

async function setUp(cleanup: AsyncDisposableStack) {
  const state = await mkdtemp(join(tmpdir(), 'image-test-'));
  cleanup.defer(() => rm(state, { recursive: true }));
  return {
    recipe: await loadImageRecipe(lab, 'debian-12'),
    recipeName: 'debian-12',
    store: openStore(join(state, 'store')),
    workDir: join(state, 'images'),
    signingKey: (await loadOrCreateSiteKey(state)).privateKey,
  };
}

test('an image is built once per recipe, and again when asked', async () => {
  await using cleanup = new AsyncDisposableStack();
  const builds = { count: 0 };
  const lines: string[] = [];
  const options = { ...(await setUp(cleanup)), run: standIn(builds), onProgress: (line: string) => lines.push(line) };

  const first = await buildImage(options);
  assert.deepEqual([first.name, first.packages, first.rebuilt], ['debian-12-amd64', 1, true]);
  assert.equal(await readName(options.store, 'debian-12-amd64'), first.manifest);
  assert.ok(lines.includes('extracting archives...') && !lines.includes('Setting up udev'));
  assert.match(await readFile(join(options.workDir, 'debian-12.log'), 'utf8'), /^Setting up udev$/m);
  assert.deepEqual((await readdir(options.workDir)).sort(), ['debian-12.built.json', 'debian-12.log']);

  const second = await buildImage(options);
  assert.deepEqual([second.manifest, second.rebuilt, builds.count], [first.manifest, false, 1]);
  assert.equal((await buildImage({ ...options, force: true })).rebuilt, true);
  const changed = { ...options.recipe, mutable: ['/var/**'] };
  assert.equal((await buildImage({ ...options, recipe: changed })).rebuilt, true);
  await rm(join(options.store.dir, 'names/debian-12-amd64'));
  assert.equal((await buildImage({ ...options, recipe: changed })).rebuilt, true);
  assert.equal(builds.count, 4);
});

test('a failed build says why, publishes nothing, and leaves only its log', async () => {
  await using cleanup = new AsyncDisposableStack();
  const options = await setUp(cleanup);
  const run: RunCommand = async (argv, { onLine } = {}) => {
    onLine?.('E: cannot fetch udev');
    const result = { exitCode: 100, stdout: '', stderr: 'E: cannot fetch udev\n' };
    throw new CommandError(argv, 'exit code 100', result);
  };
  await assert.rejects(buildImage({ ...options, run }), (error) => {
    assert.ok(error instanceof UserError);
    assert.match(error.message, /^building image debian-12 failed; nothing was published\n.*exit code 100\nE: cannot/s);
    assert.match(error.hint ?? '', /images\/debian-12\.log$/);
    return true;
  });
  assert.equal(await readName(options.store, 'debian-12-amd64'), undefined);
  assert.deepEqual(await readdir(options.workDir), ['debian-12.log']);
  assert.match(await readFile(join(options.workDir, 'debian-12.log'), 'utf8'), /^E: cannot fetch udev$/m);
});

for (const name of ['debian-13', '../images/debian-12', '']) {
  test(`no recipe '${name}': the error lists those that there are`, async () => {
    await assert.rejects(loadImageRecipe(lab, name), /there are debian-12$/);
  });
}
