// The site's authority and what it signs, as openssl(1) is to make them. In: a name, days, files. Out: texts and arguments.
// Never: I/O.
import type { Argv } from '../../lib/run-command.ts';
import { requireDays } from './plan-certificate.ts';
import type { CertificateFiles } from './plan-certificate.ts';

/** For `openssl req -config`. It signs certificates of hosts, and nothing that signs others. */
export const AUTHORITY_CONFIGURATION = `[req]
prompt = no
distinguished_name = subject
x509_extensions = authority

[subject]
commonName = gutinteg fleet, hosts of this site

[authority]
basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
`;

/** For `openssl x509 -extfile`; what a request asks for is not taken over. */
export const CLIENT_EXTENSIONS = `basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = clientAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
`;

/** @throws UserError for days out of range */
export function planAuthority(days: number, { key, configuration, certificate }: CertificateFiles): Argv {
  requireDays(days);
  const makes = ['req', '-new', '-x509', '-sha256', '-batch'];
  return ['openssl', ...makes, '-key', key, '-config', configuration, '-days', `${days}`, '-out', certificate];
}

/** `name` is a host's name, so it has no slash, which would begin another part of a subject. */
export type SigningWish = { readonly name: string; readonly days: number; readonly serial: string };

export type SigningFiles = {
  readonly request: string;
  readonly extensions: string;
  readonly certificate: string;
  readonly authority: { readonly key: string; readonly certificate: string };
};

/** A certificate of a key that nobody asks for with a request. @throws UserError for days out of range */
export function planCertifying(
  { name, days, serial }: SigningWish,
  { publicKey, extensions, certificate, authority }: Omit<SigningFiles, 'request'> & { readonly publicKey: string },
): Argv {
  requireDays(days);
  const by = ['-CA', authority.certificate, '-CAkey', authority.key, '-set_serial', serial];
  const as = ['-subj', `/CN=${name}`, '-days', `${days}`, '-extfile', extensions];
  return ['openssl', 'x509', '-new', '-sha256', '-force_pubkey', publicKey, ...by, ...as, '-out', certificate];
}

/** openssl refuses a request that its own key has not signed. @throws UserError for days out of range */
export function planSigning({ name, days, serial }: SigningWish, files: SigningFiles): Argv {
  requireDays(days);
  const { request, extensions, certificate, authority } = files;
  const by = ['-CA', authority.certificate, '-CAkey', authority.key, '-set_serial', serial];
  const as = ['-subj', `/CN=${name}`, '-days', `${days}`, '-extfile', extensions];
  return ['openssl', 'x509', '-req', '-sha256', '-in', request, ...by, ...as, '-out', certificate];
}
