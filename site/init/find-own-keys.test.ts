import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { findOwnKeys } from './find-own-keys.ts';

const KEY = 'AAAAC3NzaC1lZDI1NTE5AAAAIGJkqdb3aSmsQgAaJ0vH9W87XIUoA4rGvgdnyKvP6lGg';
const OTHER =
  'AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBBdtObLnMmL4Pic9g3xoMbqcjspE+82WX9PvzqCLQC50craIcZigi8cWpfqLoUCU6uBBz+fswSwt2g/knwxKvks=';

const dir = await mkdtemp(join(tmpdir(), 'own-keys-'));
after(() => rm(dir, { recursive: true }));
const [ann, root] = [join(dir, 'ann'), join(dir, 'root')];
for (const [path, text] of [
  [join(ann, '.ssh/a.pub'), `ssh-ed25519 ${KEY} ann smith's "desk"\n`],
  [join(ann, '.ssh/cert.pub'), `ssh-ed25519-cert-v01@openssh.com ${KEY}\n`],
  [join(ann, '.ssh/id_rsa'), 'must not be opened'],
  [join(ann, '.ssh/options.pub'), `restrict ssh-ed25519 ${KEY}\n`],
  [join(ann, '.ssh/secret.pub'), '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk\n'],
  [join(root, '.ssh/a.pub'), `ssh-ed25519 ${KEY} the same\n`],
  [join(root, '.ssh/b.pub'), `# two\r\n\r\nssh-ed25519 ${KEY}\r\necdsa-sha2-nistp256 ${OTHER}\r\n`],
  [join(root, '.ssh/empty.pub'), '\n'],
] as const) {
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, text);
}
await symlink('gone', join(ann, '.ssh/gone.pub'));

test('keys of several homes, each once, with what was passed over', async () => {
  const { found, passedOver } = await findOwnKeys([root, ann, root, join(dir, 'nobody')]);
  assert.deepEqual(found, [
    { file: join(root, '.ssh/a.pub'), key: { type: 'ssh-ed25519', blob: KEY, comment: 'the-same' } },
    { file: join(root, '.ssh/b.pub'), key: { type: 'ecdsa-sha2-nistp256', blob: OTHER, comment: '' } },
  ]);
  assert.deepEqual(
    passedOver,
    [
      [root, 'empty', 'it is empty'],
      [ann, 'cert', 'it has a certificate, not the key itself'],
      [ann, 'gone', 'it cannot be read'],
      [ann, 'options', 'it has a key with options in front, which ROOT_KEYS cannot have'],
      [ann, 'secret', 'it has a line that is no public key of a type that sshd accepts'],
    ].map(([home, name, why]) => ({ file: join(home ?? '', `.ssh/${name}.pub`), why })),
  );
});

test('a comment becomes one word', async () => {
  const { found } = await findOwnKeys([ann]);
  assert.equal(found[0]?.key.comment, 'ann-smith-s--desk-');
});

test('a directory that cannot be read is said', async () => {
  const home = join(dir, 'loop');
  await mkdir(home);
  await symlink('.ssh', join(home, '.ssh'));
  assert.deepEqual(await findOwnKeys([home]), {
    found: [],
    passedOver: [{ file: join(home, '.ssh'), why: 'it cannot be read' }],
  });
});
