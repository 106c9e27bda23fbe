// A server's certificate as openssl(1) is to make it. In: names, addresses and a time. Out: the text of its configuration and
// the arguments. Never: I/O; a shell.
import { UserError } from '../../lib/errors.ts';
import { parseIpv4 } from '../../lib/ipv4.ts';
import { parseIpv6 } from '../../lib/ipv6.ts';
import type { Argv } from '../../lib/run-command.ts';
import { hostNameSchema } from '../../contract/fleet/enrolment.ts';

export type CertificateWish = {
  /** Names and addresses by which hosts reach the server; the first one is the subject. */
  readonly names: readonly string[];
  readonly days: number;
};

export type CertificateFiles = { readonly key: string; readonly configuration: string; readonly certificate: string };

const LONGEST_DAYS = 36_500;
/** RFC 5280, appendix A.1: ub-common-name. */
const LONGEST_COMMON_NAME = 64;

/**
 * The text of a file for `openssl req -config`. The certificate is its own authority: hosts get it as it is.
 * @throws UserError for a name that is neither a host's nor an address
 */
export function renderConfiguration({ names }: CertificateWish): string {
  if (names.length === 0) throw new UserError('a certificate needs at least one name', { exitCode: 2, hint: '--name' });
  const alternatives = names.map((name, index) => `${kindOf(name)}.${index + 1} = ${name}`);
  return `[req]
prompt = no
distinguished_name = subject
x509_extensions = server
string_mask = utf8only

[subject]
commonName = ${names.find((name) => name.length <= LONGEST_COMMON_NAME) ?? 'gutinteg fleet'}

[server]
basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, digitalSignature, keyCertSign
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
subjectAltName = @names

[names]
${alternatives.join('\n')}
`;
}

function kindOf(name: string): 'DNS' | 'IP' {
  if (parseIpv4(name) !== undefined || parseIpv6(name) !== undefined) return 'IP';
  if (hostNameSchema.safeParse(name).success) return 'DNS';
  throw new UserError(`${JSON.stringify(name)} is neither a name of a host nor an address`, { exitCode: 2 });
}

/** A self-signed certificate over an existing key. @throws UserError for days out of range */
export function planCertificate({ days }: CertificateWish, files: CertificateFiles): Argv {
  requireDays(days);
  const { key, configuration, certificate } = files;
  const makes = ['req', '-new', '-x509', '-sha256', '-utf8', '-batch'];
  return ['openssl', ...makes, '-key', key, '-config', configuration, '-days', `${days}`, '-out', certificate];
}

/** @throws UserError for days out of range */
export function requireDays(days: number): void {
  if (Number.isInteger(days) && days >= 1 && days <= LONGEST_DAYS) return;
  throw new UserError(`${days} is no number of days from 1 to ${LONGEST_DAYS}`, { exitCode: 2 });
}
