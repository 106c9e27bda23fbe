// Whether a certificate will do for a server. In: its text, a key, the time. Out: what is wrong, and what it says. Never: I/O.
import { X509Certificate, createHash, createPrivateKey } from 'node:crypto';
import { isIP } from 'node:net';
import { UserError } from '../../lib/errors.ts';

export type CertificateFacts = {
  /** Names and addresses, as the certificate has them. */
  readonly names: readonly string[];
  readonly validFromMs: number;
  readonly validToMs: number;
  /** `sha256:` and the SHA-256 of the public key (SubjectPublicKeyInfo), in hexadecimal: it outlives a renewal. */
  readonly pin: string;
  /** Made by nobody but itself. */
  readonly isOwnAuthority: boolean;
};

/** @param pem the first certificate in it is the server's @throws UserError when it is none */
export function readCertificate(pem: string, where: string): CertificateFacts {
  const certificate = parse(pem, where);
  return {
    names: namesOf(certificate),
    validFromMs: certificate.validFromDate.getTime(),
    validToMs: certificate.validToDate.getTime(),
    pin: pinOf(certificate),
    isOwnAuthority: certificate.checkIssued(certificate),
  };
}

function parse(pem: string, where: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (error) {
    throw new UserError(`${where} has no certificate in PEM`, { exitCode: 2, cause: error });
  }
}

function pinOf({ publicKey }: X509Certificate): string {
  const bytes = publicKey.export({ type: 'spki', format: 'der' });
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

function namesOf({ subjectAltName = '' }: X509Certificate): string[] {
  return subjectAltName
    .split(', ')
    .filter((entry) => /^(?:DNS|IP Address):/.test(entry))
    .map((entry) => entry.slice(entry.indexOf(':') + 1));
}

/** Throws when the private key is not the certificate's. @throws UserError */
export function requireKeyOf(pem: string, keyPem: string, where: { certificate: string; key: string }): void {
  const certificate = parse(pem, where.certificate);
  let key;
  try {
    key = createPrivateKey(keyPem);
  } catch (error) {
    throw new UserError(`${where.key} has no private key in PEM`, {
      exitCode: 2,
      hint: 'a key with a passphrase must be stored without one, readable by the server alone',
      cause: error,
    });
  }
  if (certificate.checkPrivateKey(key)) return;
  throw new UserError(`${where.key} is not the key of ${where.certificate}`, { exitCode: 2 });
}

/** Names and addresses of `wanted` that the certificate does not have, wildcards considered. */
export function missingNames(pem: string, wanted: readonly string[], where: string): string[] {
  const certificate = parse(pem, where);
  return wanted.filter((name) =>
    isIP(name) === 0 ? certificate.checkHost(name) === undefined : certificate.checkIP(name) === undefined,
  );
}

const DAY_MS = 86_400_000;
/** So long before the end somebody is told. */
const WARN_DAYS = 30;

/** What is to be said of the certificate's dates; undefined when nothing is. */
export function warnOfDates({ validFromMs, validToMs }: CertificateFacts, nowMs: number): string | undefined {
  const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
  if (nowMs < validFromMs) {
    return `the certificate is valid from ${day(validFromMs)} on, and this computer's clock says ${day(nowMs)}`;
  }
  if (nowMs >= validToMs)
    return `the certificate has expired on ${day(validToMs)}: no host accepts it any more; gutinteg fleet tls renews it`;
  const days = Math.floor((validToMs - nowMs) / DAY_MS);
  if (days >= WARN_DAYS) return undefined;
  return `the certificate expires in ${days} ${days === 1 ? 'day' : 'days'}, on ${day(validToMs)}`;
}
