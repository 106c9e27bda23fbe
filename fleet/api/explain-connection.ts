// Why a server was not reached, in words. In: where it is, an error of the connection. Out: an error for people, with what to do.
import { UserError } from '../../lib/errors.ts';
import type { FleetServerPlace } from './server-place.ts';
import { socketPathOf } from './server-place.ts';

export function explainConnection(place: FleetServerPlace, error: unknown): UserError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return 'stateDir' in place ? ofSocket(socketPathOf(place.stateDir), code, error) : ofUrl(place.url, code, error);
}

function ofSocket(path: string, code: string, cause: unknown): UserError {
  if (code === 'ENOENT' || code === 'ECONNREFUSED') {
    return new UserError(`no gutinteg fleet serve answers at ${path}`, {
      hint: "gutinteg fleet serve on this computer, or --server URL for another one's",
    });
  }
  if (code === 'EACCES') {
    return new UserError(`you may not open ${path}`, {
      hint: `sudo, or join the group that owns it, or an account of your own: gutinteg fleet login --server URL`,
    });
  }
  return new UserError(`asking the server at ${path}`, { cause });
}

const words: Readonly<Record<string, readonly [what: string, hint: string]>> = {
  ECONNREFUSED: ['nobody listens there', 'is the address and the port right, and gutinteg fleet serve running?'],
  ENOTFOUND: ['there is no such name', 'check the name in --server'],
  EAI_AGAIN: ['the name server does not answer', 'check the network of this computer'],
  ETIMEDOUT: ['it does not answer', 'check the network, and firewalls in between'],
  EHOSTUNREACH: ['there is no way to it', 'check the network of this computer'],
  ECONNRESET: ['it hung up', 'is it a server of HTTPS? try again'],
  EPROTO: ['it does not speak TLS', 'check the port in --server'],
  CERT_HAS_EXPIRED: ['its certificate has expired', 'renew it on the server: gutinteg fleet tls'],
  CERT_NOT_YET_VALID: ['its certificate is not valid yet', 'is the clock of this computer right?'],
  ERR_TLS_CERT_ALTNAME_INVALID: ['its certificate is for other names', 'use one of its names in --server'],
};

const NOT_TRUSTED = [
  'its certificate is not one that is trusted here',
  '--certificate FILE, with certificate.pem of the directory fleet/tls of its state',
] as const;

function ofUrl(url: string, code: string, cause: unknown): UserError {
  const isUntrusted = /^(?:DEPTH_ZERO_SELF_SIGNED|SELF_SIGNED|UNABLE_TO_|CERT_SIGNATURE)/.test(code);
  const [what, hint] = words[code] ?? (isUntrusted ? NOT_TRUSTED : []);
  if (what === undefined) return new UserError(`asking the server at ${url}`, { cause });
  return new UserError(`the server at ${url} was not reached: ${what}`, hint === undefined ? {} : { hint });
}
