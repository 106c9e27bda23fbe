import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { runCommand } from '../../lib/run-command.ts';
import { bundleInstaller } from './bundle.ts';

async function scratch(cleanup: AsyncDisposableStack): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'bundle-test-'));
  cleanup.defer(() => rm(folder, { recursive: true }));
  return folder;
}

test('a bundle runs alone, with the CommonJS packages inside execa', async () => {
  await using cleanup = new AsyncDisposableStack();
  const folder = await scratch(cleanup);
  const entry = join(folder, 'entry.ts');
  const runCommandFile = join(import.meta.dirname, '../../lib/run-command.ts');
  await writeFile(
    entry,
    `import { runCommand } from ${JSON.stringify(runCommandFile)};
     const text: string = (await runCommand(['echo', 'from the bundle'])).stdout;
     process.stdout.write(text);`,
  );
  const { code } = await bundleInstaller(entry);
  const bundle = join(folder, 'bundle.mjs');
  await writeFile(bundle, code);
  const { stdout } = await runCommand([process.execPath, bundle], { cwd: folder });
  assert.equal(stdout, 'from the bundle\n');
});

test('an import that leads nowhere is named', async () => {
  await using cleanup = new AsyncDisposableStack();
  const entry = join(await scratch(cleanup), 'entry.ts');
  await writeFile(entry, "import { nothing } from './missing.ts'; nothing();");
  await assert.rejects(bundleInstaller(entry), (error: Error) => {
    assert.match(String(error.cause), /missing\.ts/);
    return error.message === `bundling ${entry} failed`;
  });
});
