// Whether a connection's client certificate will do. In: what the site demands, what TLS has found. Out: why not, in words.
// Never: I/O. The request itself is still signed by the host's key; a relay's certificate is the relay's.

/** `none` asks for no certificate; `optional` takes a good one or none; `required` takes a good one. */
export const clientCertificateModes = ['none', 'optional', 'required'] as const;
export type ClientCertificateMode = (typeof clientCertificateModes)[number];

export type ClientConnection = {
  readonly hasCertificate: boolean;
  /** It is one of the site's authority, and its dates are good. */
  readonly isAuthorized: boolean;
  /** OpenSSL's word for what is wrong, such as CERT_HAS_EXPIRED. */
  readonly error: string;
};

/** @returns undefined when the connection may be used */
export function refuseClient(mode: ClientCertificateMode, connection: ClientConnection): string | undefined {
  const { hasCertificate, isAuthorized, error } = connection;
  if (mode === 'none' || isAuthorized) return undefined;
  if (!hasCertificate) {
    return mode === 'optional' ? undefined : `this server wants a client certificate of the site's authority; ${SIGN}`;
  }
  return `the client certificate is not accepted: ${inWords[error] ?? error}; ${SIGN}`;
}

const SIGN =
  'gutinteg-fleet fetches one by itself; for other programs, gutinteg fleet tls --sign FILE --host NAME makes one';

const inWords: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'it has expired',
  CERT_NOT_YET_VALID: "it is not valid yet by the server's clock",
  DEPTH_ZERO_SELF_SIGNED_CERT: 'it vouches for itself',
  UNABLE_TO_GET_ISSUER_CERT: "another authority than the site's has signed it",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "another authority than the site's has signed it",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "another authority than the site's has signed it",
  INVALID_PURPOSE: 'it is not for clients',
};

const WARN_DAYS = 30;
const DAY_MS = 86_400_000;

/** What is to be said of the authority's end: with it, every certificate of a host ends. Undefined: nothing yet. */
export function warnOfAuthority(validToMs: number, nowMs: number): string | undefined {
  const days = Math.floor((validToMs - nowMs) / DAY_MS);
  if (days >= WARN_DAYS) return undefined;
  const day = new Date(validToMs).toISOString().slice(0, 10);
  const ends = nowMs < validToMs ? `ends on ${day}` : `has ended on ${day}: no certificate of a host is accepted`;
  return `the authority of hosts' certificates ${ends}; gutinteg fleet tls --ca renews it, then start gutinteg fleet serve anew`;
}
