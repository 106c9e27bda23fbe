import assert from 'node:assert/strict';
import { readFile, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { demoSite } from './demo-options.ts';
import { createLoginKey } from './login-key.ts';
import { siteWithKey } from './site-with-key.ts';
import { readRehearsedMachine } from './site-machine.ts';

test('the machine lets in the key of the run; the site stays as it is', async () => {
  const database = join(demoSite.siteDir, 'machdb/25-demo.db');
  const before = await readFile(database, 'utf8');
  let keyFile: string;
  {
    await using stack = new AsyncDisposableStack();
    const { file, publicKey } = await createLoginKey(stack);
    keyFile = file;
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    const siteDir = await siteWithKey(stack, { siteDir: demoSite.siteDir, host: 'lab01', publicKey });
    const { record } = await readRehearsedMachine({ siteDir, host: 'lab01', stateDir: demoSite.stateDir });
    assert.match(publicKey, /^ssh-ed25519 \S+ rehearsal$/);
    assert.equal(record['ROOT_KEYS']?.endsWith(publicKey), true);
    assert.equal(await realpath(join(siteDir, 'packages')), await realpath(join(demoSite.siteDir, 'packages')));
  }
  assert.equal(await readFile(database, 'utf8'), before);
  await assert.rejects(stat(keyFile), { code: 'ENOENT' });
});
