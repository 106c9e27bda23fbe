import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { checkMachdb } from '../machdb/check.ts';
import { parseMachdb } from '../machdb/parse.ts';
import { checkTemplates } from './check-templates.ts';
import { readSiteTemplates } from './site-templates.ts';

const site = await mkdtemp(join(tmpdir(), 'host-keys-'));
after(() => rm(site, { recursive: true }));
for (const name of ['ssh_host_rsa_key', 'ssh_host_rsa_key.pub', 'sshd_config', 'ssh_host_ed25519_key.plprocess']) {
  await mkdir(join(site, 'packages/keys/etc/ssh'), { recursive: true });
  await writeFile(join(site, 'packages/keys/etc/ssh', name), 'a\n');
}

test('a package with private host keys is refused, by their paths', async () => {
  const db = parseMachdb([{ path: 'a.db', text: 'a:\nIP=10.0.0.1\nPACKAGES=keys\n' }]);
  const faults = checkMachdb(db, [checkTemplates(await readSiteTemplates(site))], { warnings: false });
  assert.deepEqual(
    faults.map(({ where, message }) => `${where.slice(site.length)}: ${message}`),
    ['ssh_host_ed25519_key.plprocess', 'ssh_host_rsa_key'].map(
      (name) => `/packages/keys: etc/ssh/${name}: a host key belongs to one machine and to no package`,
    ),
  );
});
