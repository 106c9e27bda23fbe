// Public keys of whoever makes a site. In: home directories. Out: keys with the files that have them, and files that were
// passed over, with reasons. Never: opens a file that does not end in .pub.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readRegularFile } from '../../lib/read-regular-file.ts';
import { parseSshKeys } from '../../lib/ssh-keys.ts';
import type { SshKey } from '../../lib/ssh-keys.ts';
import { isSystemError, whenMissing } from '../../lib/when-missing.ts';

export type OwnKeys = {
  readonly found: readonly { readonly file: string; readonly key: SshKey }[];
  readonly passedOver: readonly { readonly file: string; readonly why: string }[];
};

/** The keys of `.ssh/*.pub` below each of the homes, each once. */
export async function findOwnKeys(homes: readonly string[]): Promise<OwnKeys> {
  const found = new Map<string, OwnKeys['found'][number]>();
  const passedOver: OwnKeys['passedOver'][number][] = [];
  for (const folder of new Set(homes.map((home) => join(home, '.ssh')))) {
    const files = await listPublicKeys(folder);
    if (files === undefined) passedOver.push({ file: folder, why: 'it cannot be read' });
    for (const file of files ?? []) {
      const keys = await readKeys(file);
      for (const key of keys) {
        if (typeof key !== 'string' && !found.has(key.blob)) found.set(key.blob, { file, key });
      }
      const problems = new Set(keys.filter((key) => typeof key === 'string'));
      passedOver.push(...[...problems].map((why) => ({ file, why })));
    }
  }
  return { found: [...found.values()], passedOver };
}

/** Undefined for a directory that cannot be read; none is an empty one. */
async function listPublicKeys(folder: string): Promise<string[] | undefined> {
  const names = await readdir(folder)
    .catch(whenMissing<string[]>([]))
    .catch((error: unknown) => {
      if (isSystemError(error)) return undefined;
      throw error;
    });
  return names
    ?.filter((name) => name.endsWith('.pub'))
    .sort()
    .map((name) => join(folder, name));
}

/** The keys of a file, which has one in a line, or why a line is none. */
async function readKeys(file: string): Promise<(SshKey | string)[]> {
  const text = await readRegularFile(file)
    .then((bytes) => bytes.toString('utf8'))
    .catch(() => undefined);
  if (text === undefined) return ['it cannot be read'];
  const lines = text.split(/[\r\n]+/).map((line) => line.trim());
  const filled = lines.filter((line) => line !== '' && !line.startsWith('#'));
  return filled.length === 0 ? ['it is empty'] : filled.map(readLine);
}

/** A line's key, or why it is none. Its comment becomes a single word that needs no care in quotes. */
function readLine(line: string): SshKey | string {
  const [type = '', blob = '', ...comment] = line.split(/\s+/);
  if (type.includes('-cert-v01@')) return 'it has a certificate, not the key itself';
  const { keys, problems } = parseSshKeys(`${type} ${blob}`);
  const [key] = keys;
  if (key !== undefined && problems.length === 0) {
    return { ...key, comment: comment.join('-').replaceAll(/[^\w.@+:-]/g, '-') };
  }
  // Without its options, the key would let in more than whoever wrote them wanted.
  const hasOptions = comment.some((word) => word.startsWith('AAAA')) || blob.startsWith('ssh-');
  return hasOptions
    ? 'it has a key with options in front, which ROOT_KEYS cannot have'
    : 'it has a line that is no public key of a type that sshd accepts';
}
