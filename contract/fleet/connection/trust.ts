// Whether the server is the one that this host was told of. In: what was pinned, the certificate that the server has shown. Out:
// nothing, or what is wrong and what to do, in words with dates. Never: I/O.
import { X509Certificate, createHash } from 'node:crypto';
import { z } from 'zod';
import { UserError } from '../../../lib/errors.ts';

/** `sha256:` and the SHA-256 of the server's public key, as `gutinteg fleet tls` prints it. */
export const fingerprintSchema = z
  .string()
  .regex(/^sha256:[0-9a-f]{64}$/i, 'is not sha256: and 64 hexadecimal digits')
  .transform((text) => text.toLowerCase());

/** Neither: the authorities that the system trusts. */
export type Pinned = { readonly certificate?: string; readonly fingerprint?: string };

export type ShownCertificate = {
  readonly certificate: X509Certificate;
  /** What OpenSSL says of it, by `Pinned.certificate` or the system's authorities; undefined: all is well. */
  readonly fault: string | undefined;
};

/** `sha256:` and the SHA-256 of the public key (SubjectPublicKeyInfo): it outlives a renewal. */
function fingerprintOf({ publicKey }: X509Certificate): string {
  const bytes = publicKey.export({ type: 'spki', format: 'der' });
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** The certificates of a file in PEM. @throws UserError when there is none */
export function readCertificates(pem: string, where: string): X509Certificate[] {
  const texts = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  try {
    if (texts.length > 0) return texts.map((text) => new X509Certificate(text));
  } catch (cause) {
    throw new UserError(`${where} has a damaged certificate`, { exitCode: 2, cause });
  }
  throw new UserError(`${where} has no certificate in PEM`, { exitCode: 2 });
}

export type Distrust = {
  /** What is wrong, in a sentence. */
  readonly why: string;
  /** What to do. */
  readonly hint: string;
};

/**
 * Undefined: it is the server. A key that is pinned is trusted until the end of its certificate; not before its beginning is no
 * fault of it, as the clock of a host that has just been set up says anything.
 */
export function judgeServer(pinned: Pinned, shown: ShownCertificate, nowMs: number): Distrust | undefined {
  const fingerprint = fingerprintOf(shown.certificate);
  if (pinnedKeys(pinned).includes(fingerprint)) return describeEnd(shown.certificate, nowMs);
  if (pinned.fingerprint !== undefined) {
    return {
      why: `the server's key is ${fingerprint}, and ${pinned.fingerprint} is the one that this host was told`,
      hint: `gutinteg fleet tls --show on the server prints its key; only if that is ${fingerprint}: gutinteg-fleet enrol --server URL --fingerprint ${fingerprint}`,
    };
  }
  return shown.fault === undefined ? undefined : describeFault(pinned, shown, nowMs);
}

function pinnedKeys({ certificate, fingerprint }: Pinned): string[] {
  const own = certificate === undefined ? [] : readCertificates(certificate, 'the pinned certificate');
  return [...(fingerprint === undefined ? [] : [fingerprint]), ...own.map(fingerprintOf)];
}

const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

function describeEnd({ validToDate }: X509Certificate, nowMs: number): Distrust | undefined {
  if (nowMs < validToDate.getTime()) return undefined;
  return {
    why: `the server's certificate has expired on ${day(validToDate.getTime())}, and this host's clock says ${day(nowMs)}`,
    hint: "date, whether this host's clock is right; if it is, gutinteg fleet tls on the server renews the certificate, and nothing is to be done here",
  };
}

function describeFault(pinned: Pinned, { certificate, fault = '' }: ShownCertificate, nowMs: number): Distrust {
  const from = certificate.validFromDate.getTime();
  const expired = describeEnd(certificate, nowMs);
  if (expired !== undefined) return expired;
  if (nowMs < from) {
    return {
      why: `the server's certificate is valid from ${day(from)} on, and this host's clock says ${day(nowMs)}`,
      hint: "set this host's clock",
    };
  }
  if (/ALTNAME|HOSTNAME/.test(fault)) {
    return {
      why: `the server's certificate is not for this address, but for ${certificate.subjectAltName ?? 'no name at all'}`,
      hint: 'gutinteg-fleet enrol --server with one of these names; or gutinteg fleet tls --name on the server, with all of its names',
    };
  }
  const by = pinned.certificate === undefined ? 'an authority that this host trusts' : 'the pinned certificate';
  const key = fingerprintOf(certificate);
  return {
    why: `the server's certificate is not vouched for by ${by} (${fault}); its key is ${key}`,
    hint: `gutinteg fleet tls --show on the server prints its key; only if that is ${key}: gutinteg-fleet enrol --server URL --fingerprint ${key}`,
  };
}
