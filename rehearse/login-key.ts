// A key pair that lets in as root for one run. In: nothing. Out: files that go with the run. Never: a key of this computer's
// users, or one that is used twice.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../lib/run-command.ts';

export type LoginKey = {
  /** The file of the private key. */
  readonly file: string;
  /** A line of authorized_keys, with a comment of one word. */
  readonly publicKey: string;
};

/** @throws CommandError when ssh-keygen fails */
export async function createLoginKey(stack: AsyncDisposableStack): Promise<LoginKey> {
  const dir = await mkdtemp(join(tmpdir(), 'gutinteg-key-'));
  stack.defer(async () => rm(dir, { recursive: true, force: true }));
  const file = join(dir, 'key');
  await runCommand(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', 'rehearsal', '-f', file]);
  return { file, publicKey: (await readFile(`${file}.pub`, 'utf8')).trim() };
}
