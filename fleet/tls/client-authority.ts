// The site's own authority for certificates of hosts: mutual TLS, where a site wants it. In: a directory, a host's request.
// Out: a certificate. Such a certificate lets nobody in by itself: every request is still signed by the host's key
// (contract/fleet/signed-request.ts), or comes by a connection that the same key has opened (fleet/xml-rpc/), so a host that is
// revoked needs no list of revoked certificates.
import { X509Certificate, randomBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hostNameSchema } from '../../contract/fleet/enrolment.ts';
import { UserError } from '../../lib/errors.ts';
import { parseEdge } from '../../lib/parse-edge.ts';
import { withPrivateDirectory } from '../../lib/private-directory.ts';
import { readIfThere } from '../../lib/read-if-there.ts';
import type { RunCommand } from '../../lib/run-command.ts';
import { writeFileForOwner } from '../../lib/write-file-for-owner.ts';
import { requireKeyOf } from './judge-certificate.ts';
import { makeKey } from './make-certificate.ts';
import {
  AUTHORITY_CONFIGURATION,
  CLIENT_EXTENSIONS,
  planAuthority,
  planCertifying,
  planSigning,
} from './plan-authority.ts';

/** In the directory of the server's certificate. */
export const authorityFiles = (directory: string): { key: string; certificate: string } => ({
  key: join(directory, 'authority-key.pem'),
  certificate: join(directory, 'authority.pem'),
});

/** Makes the authority, or renews its certificate with the same key: what it has signed stays good. @returns PEM */
export async function makeAuthority(options: {
  readonly directory: string;
  readonly days: number;
  readonly run: RunCommand;
}): Promise<string> {
  const { directory, days, run } = options;
  const files = authorityFiles(directory);
  const former = (await readIfThere(files.key))?.toString();
  const key = former ?? makeKey();
  const certificate = await withPrivateDirectory('gutinteg-tls-', async (dir) => {
    const made = { key: join(dir, 'key'), configuration: join(dir, 'configuration'), certificate: join(dir, 'made') };
    await writeFile(made.key, key, { mode: 0o600 });
    await writeFile(made.configuration, AUTHORITY_CONFIGURATION);
    await run(planAuthority(days, made));
    return readFile(made.certificate, 'utf8');
  });
  await mkdir(directory, { recursive: true, mode: 0o700 });
  if (former === undefined) await writeFileForOwner(files.key, key, 0o600);
  await writeFileForOwner(files.certificate, certificate, 0o644);
  return certificate;
}

export type SigningRequest = {
  readonly directory: string;
  /** What the certificate is for: its only name, whatever the request says. */
  readonly name: string;
  /** PKCS #10 in PEM (RFC 2986), from a stranger. */
  readonly request: string;
  readonly days: number;
  readonly run: RunCommand;
};

/** A request of RSA with 4096 bits has 1.7 kB. */
const LONGEST_REQUEST = 16 * 1024;

/**
 * Signs a host's request, after openssl has checked that who made it has the key.
 * @returns the certificate in PEM
 * @throws UserError for a request that is none or has a weak key, and when there is no authority
 */
export async function signClientRequest({ directory, name, request, days, run }: SigningRequest): Promise<string> {
  const files = authorityFiles(directory);
  const host = parseEdge(hostNameSchema, name, `the name ${name.slice(0, 100)}`).toLowerCase();
  if (request.length > LONGEST_REQUEST || !/^-----BEGIN (?:NEW )?CERTIFICATE REQUEST-----$/m.test(request)) {
    throw new UserError(`the request of ${host} is not a certificate request in PEM`, { exitCode: 2 });
  }
  await needAuthority(files);
  return withPrivateDirectory('gutinteg-tls-', async (dir) => {
    const made = { request: join(dir, 'request'), extensions: join(dir, 'extensions'), certificate: join(dir, 'made') };
    await writeFile(made.request, request);
    await writeFile(made.extensions, CLIENT_EXTENSIONS);
    const wish = { name: host, days, serial: `0x${newSerial()}` };
    await run(planSigning(wish, { ...made, authority: files })).catch((cause: unknown) => {
      throw new UserError(`the certificate request of ${host} cannot be signed; nothing was changed`, {
        cause,
        exitCode: 2,
        hint: 'openssl req -verify -noout -in FILE says what is wrong with it',
      });
    });
    const certificate = await readFile(made.certificate, 'utf8');
    refuseWeakKey(certificate, host);
    return certificate;
  });
}

/** Certifies the key that an enrolled host signs with (`readHostKey`). @returns PEM @throws UserError when there is no authority */
export async function certifyHostKey({ directory, name, key, days, run }: CertifiedKey): Promise<string> {
  const files = authorityFiles(directory);
  await needAuthority(files);
  return withPrivateDirectory('gutinteg-tls-', async (dir) => {
    const made = { publicKey: join(dir, 'key'), extensions: join(dir, 'extensions'), certificate: join(dir, 'made') };
    await writeFile(made.publicKey, key.export({ type: 'spki', format: 'pem' }));
    await writeFile(made.extensions, CLIENT_EXTENSIONS);
    await run(planCertifying({ name, days, serial: `0x${newSerial()}` }, { ...made, authority: files }));
    return readFile(made.certificate, 'utf8');
  });
}

type CertifiedKey = Omit<SigningRequest, 'request'> & { readonly key: KeyObject };

async function needAuthority(files: { key: string; certificate: string }): Promise<void> {
  const [key, certificate] = await Promise.all([readIfThere(files.key), readIfThere(files.certificate)]);
  if (key === undefined || certificate === undefined) {
    throw new UserError(`this site has no authority for certificates of hosts (${files.certificate})`, {
      exitCode: 2,
      hint: 'gutinteg fleet tls --ca makes one',
    });
  }
  requireKeyOf(certificate.toString(), key.toString(), files);
}

/** RFC 5280, section 4.1.2.2: positive, at most 20 bytes. */
const newSerial = (): string => `01${randomBytes(15).toString('hex')}`;

const LEAST_RSA_BITS = 2048;

function refuseWeakKey(certificate: string, host: string): void {
  const { asymmetricKeyType, asymmetricKeyDetails } = new X509Certificate(certificate).publicKey;
  const isRsa = asymmetricKeyType === 'rsa' || asymmetricKeyType === 'rsa-pss';
  const isStrong = isRsa
    ? (asymmetricKeyDetails?.modulusLength ?? 0) >= LEAST_RSA_BITS
    : asymmetricKeyType === 'ec' || asymmetricKeyType === 'ed25519';
  if (isStrong) return;
  throw new UserError(`the key of ${host} is weak: ${asymmetricKeyType} is signed from ${LEAST_RSA_BITS} bits on`, {
    exitCode: 2,
    hint: 'openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 makes a good one',
  });
}
