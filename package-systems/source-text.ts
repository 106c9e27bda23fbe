// What a source of packages must be, whatever its format. In: texts. Out: faults, in words. Pure. Never: reads a file, or follows a URL.

import { FaultsError } from '../lib/errors.ts';

/** One line of a source: `Signed-By: …`, `gpgcheck=1`. */
export type SourceField = { readonly line: number; readonly name: string; readonly value: string };

export type SourceFault = { readonly line: number; readonly message: string };

/** @throws FaultsError with all of them */
export function requireNone(faults: readonly SourceFault[]): void {
  if (faults.length === 0) return;
  throw new FaultsError(
    'the source',
    faults.map((fault) => ({ severity: 'error', where: 'source', ...fault })),
  );
}

/** Passwords stand in files of their own, which only root can read; a file of sources is everybody's. */
export function faultOfUrl(url: string, schemes: readonly string[]): string | undefined {
  if (!URL.canParse(url)) return `${JSON.stringify(url.slice(0, 100))} is not a URL`;
  const { protocol, username, password } = new URL(url);
  if (username !== '' || password !== '') return 'the URL has a password, which everybody on the host could read';
  if (schemes.includes(protocol.slice(0, -1))) return undefined;
  return `${protocol} is not one of ${schemes.join(', ')}`;
}

/** An OpenPGP public key in ASCII armour. @returns why it is none, in words @see RFC 9580 sections 4.2, 5.5.1.1, 6.2 */
export function faultOfKey(text: string): string | undefined {
  if (/PRIVATE KEY BLOCK/.test(text)) return 'it is a private key, which must stay where it is';
  const block =
    /^-----BEGIN PGP PUBLIC KEY BLOCK-----\r?\n(?:[^\n]*: [^\n]*\n)*\s*([\w+/=\s]+?)-----END PGP PUBLIC KEY BLOCK-----\s*$/;
  const [, body] = block.exec(text.trimStart()) ?? [];
  if (body === undefined) return 'it is not an OpenPGP public key in ASCII armour (gpg --armor --export KEY)';
  const [first = 0] = Buffer.from(body.replace(/^=.{4}$/m, ''), 'base64');
  const tag = (first & 0x40) === 0 ? (first & 0x3c) >> 2 : first & 0x3f;
  return (first & 0x80) !== 0 && tag === 6 ? undefined : 'its armour does not begin with a public key';
}

/** Passwords of a URL, for whoever shows what a host has. */
export const maskUrls = (text: string): string => text.replaceAll(/(\/\/)[^/\s@]+@/g, '$1***@');
