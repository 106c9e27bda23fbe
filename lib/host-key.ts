// SSH host keys, as machines report them: `TYPE KEY`. In: text of a machine. Out: whether it is one, its fingerprint. Pure.
import { createHash } from 'node:crypto';
import { parseSshKeys } from './ssh-keys.ts';

/** `TYPE KEY` and nothing more: it goes into files in which a further word or line would mean something. */
export function isHostKey(text: string): boolean {
  const { keys, problems } = parseSshKeys(text);
  return problems.length === 0 && keys.length === 1 && text === `${keys[0]?.type} ${keys[0]?.blob}`;
}

/** `ssh-ed25519 SHA256:…`, as ssh shows it before the first connection. @see ssh-keygen(1), -l */
export function describeHostKey(key: string): string {
  const [type, blob = ''] = key.split(' ');
  const digest = createHash('sha256').update(Buffer.from(blob, 'base64')).digest('base64');
  return `${type} SHA256:${digest.replace(/=+$/, '')}`;
}
