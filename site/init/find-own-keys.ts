// Public keys of whoever makes a site. In: home directories. Out: keys with the files that have them, and files that were
// passed over, with reasons. Never: opens a file that does not end in .pub.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readRegularFile } from '../../lib/read-regular-file.ts';
import { parseSshKeys } from '../../lib/ssh-keys.ts';
import type { SshKey } from '../../lib/ssh-keys.ts';
import { whenRefused } from '../../lib/when-missing.ts';

export type OwnKeys = {
  readonly found: readonly { readonly file: string; readonly key: SshKey }[];
  readonly passedOver: readonly { readonly file: string; readonly why: string }[];
};

/** The keys of `.ssh/*.pub` below each of the homes, each once. */
export async function findOwnKeys(homes: readonly string[]): Promise<OwnKeys> {
  const found = new Map<string, OwnKeys['found'][number]>();
  const passedOver: OwnKeys['passedOver'][number][] = [];
  for (const file of await listPublicKeys(homes)) {
    const key = await readKey(file);
    if (typeof key === 'string') passedOver.push({ file, why: key });
    else if (!found.has(key.blob)) found.set(key.blob, { file, key });
  }
  return { found: [...found.values()], passedOver };
}

async function listPublicKeys(homes: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for (const folder of new Set(homes.map((home) => join(home, '.ssh')))) {
    const names = await readdir(folder).catch(whenRefused<string[]>([]));
    files.push(
      ...names
        .filter((name) => name.endsWith('.pub'))
        .sort()
        .map((name) => join(folder, name)),
    );
  }
  return files;
}

/** The file's one key, or why it is not one. Its comment becomes a single word, as ROOT_KEYS wants it. */
async function readKey(file: string): Promise<SshKey | string> {
  const text = await readRegularFile(file)
    .then((bytes) => bytes.toString('utf8'))
    .catch(() => undefined);
  if (text === undefined) return 'it cannot be read';
  const [type = '', blob = '', ...comment] = text.trim().split(/\s+/);
  const { keys, problems } = parseSshKeys(`${type} ${blob}`);
  const [key] = keys;
  if (key === undefined || problems.length > 0) return 'it does not begin with a public key that sshd accepts';
  return { ...key, comment: comment.join('-').replaceAll(/[^\w.@+:-]/g, '-') };
}
