// `npm run demo:fleet` as somebody without rights starts it: its expectations are its own, and its exit code says whether all were met.
import assert from 'node:assert/strict';
import { mkdtemp, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { runCommand } from '../../lib/run-command.ts';

const root = join(import.meta.dirname, '../..');
const AS_NOBODY = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] as const;

test('an update that breaks the test host reaches no other, and the mended one all', async () => {
  await using stack = new AsyncDisposableStack();
  const seen = await seenByAll(stack);
  const demo = [join(seen, 'bin/node'), join(seen, 'test/demo-fleet/demo.ts')];
  const { stdout } = await runCommand([...AS_NOBODY, ...demo], {
    // As users of Debian have it.
    env: { PATH: '/usr/local/bin:/usr/bin:/bin' },
    timeoutMs: 300_000,
  });
  assert.match(stdout, /\njob 2 is halted: 1 failed, 4 waiting; /);
  assert.match(stdout, /shop: cannot open its database/);
  assert.match(stdout, /\njob 4 is done: 5 done\n/);
  assert.match(stdout, /\n== All of it came out as told, in \d+ s\.\n$/);
});

/** This tree, wherever it lies. @returns its path for users without rights */
async function seenByAll(stack: AsyncDisposableStack): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'demo-fleet-'));
  stack.defer(() => rmdir(directory));
  await runCommand(['mount', '--bind', root, directory]);
  stack.defer(async () => void (await runCommand(['umount', '--lazy', directory])));
  return directory;
}
