import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { readHostKeys } from './read-host-keys.ts';

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGJkqdb3aSmsQgAaJ0vH9W87XIUoA4rGvgdnyKvP6lGg';

const root = await mkdtemp(join(tmpdir(), 'host-keys-'));
after(() => rm(root, { recursive: true }));
for (const [name, text] of [
  ['etc/ssh/ssh_host_ed25519_key.pub', `${KEY} root@build host\n`],
  ['etc/ssh/ssh_host_ed25519_key', 'must not be read'],
  ['etc/ssh/ssh_host_rsa_key.pub', 'ssh-rsa AAAA\n'],
  ['etc/ssh/ssh_host_ecdsa_key.pub', ''],
  ['etc/ssh/other.pub', `${KEY}\n`],
  ['srv/keys/ssh_host_ed25519_key.pub', `${KEY}\n`],
] as const) {
  await mkdir(join(root, name, '..'), { recursive: true });
  await writeFile(join(root, name), text);
}
await symlink('gone', join(root, 'etc/ssh/ssh_host_dsa_key.pub'));

const table: [string, Record<string, string>, string[]][] = [
  ['where sshd has them unless it is told otherwise', {}, [KEY]],
  ['the same for an empty value', { SSH_HOST_KEYS: '' }, [KEY]],
  ['where the record says', { SSH_HOST_KEYS: '/srv/keys' }, [KEY]],
  ['none', { SSH_HOST_KEYS: '/srv/none' }, []],
];
for (const [what, record, keys] of table) {
  test(`host keys: ${what}`, async () => {
    assert.deepEqual(await readHostKeys(root, record), keys);
  });
}
