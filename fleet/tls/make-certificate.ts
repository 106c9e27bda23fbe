// The certificate of a site's fleet server: made once, renewed with the same key, or brought. In: a directory, names. Out: two
// files in it. Never: leaves a key with a certificate that is not its own, or a key that others can read.
import { generateKeyPairSync } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withPrivateDirectory } from '../../lib/private-directory.ts';
import { readIfThere } from '../../lib/read-if-there.ts';
import type { RunCommand } from '../../lib/run-command.ts';
import { writeFileForOwner } from '../../lib/write-file-for-owner.ts';
import { missingNames, readCertificate, requireKeyOf } from './judge-certificate.ts';
import type { CertificateFacts } from './judge-certificate.ts';
import { planCertificate, renderConfiguration } from './plan-certificate.ts';
import type { CertificateWish } from './plan-certificate.ts';
import { UserError } from '../../lib/errors.ts';

/** The files of `STATE/fleet/tls/`. */
export const tlsFiles = (directory: string): { key: string; certificate: string } => ({
  key: join(directory, 'key.pem'),
  certificate: join(directory, 'certificate.pem'),
});

export type MadeCertificate = CertificateFacts & {
  readonly file: string;
  /** What hosts have pinned holds on. */
  readonly hasFormerKey: boolean;
};

export type MakeOptions = CertificateWish & {
  readonly directory: string;
  readonly run: RunCommand;
  /** Another key: every host has to be given the new pin. */
  readonly newKey?: boolean;
};

/**
 * Makes a key, unless there is one, and a certificate that vouches for itself.
 * @throws UserError for a name that is none; CommandError of openssl; nothing was changed
 */
export async function makeCertificate(options: MakeOptions): Promise<MadeCertificate> {
  const { directory, run, newKey = false } = options;
  const files = tlsFiles(directory);
  const former = newKey ? undefined : (await readIfThere(files.key))?.toString();
  const key = former ?? makeKey();
  const certificate = await signWith(key, options, run);
  requireKeyOf(certificate, key, files);
  await keep(directory, { key: former === undefined ? key : undefined, certificate });
  return {
    ...readCertificate(certificate, files.certificate),
    file: files.certificate,
    hasFormerKey: former !== undefined,
  };
}

/** P-256: a handshake costs a fifth of RSA's, and every TLS library of today knows it. */
export const makeKey = (): string =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' });

function signWith(key: string, wish: CertificateWish, run: RunCommand): Promise<string> {
  return withPrivateDirectory('gutinteg-tls-', async (dir) => {
    const files = { key: join(dir, 'key'), configuration: join(dir, 'configuration'), certificate: join(dir, 'made') };
    await writeFile(files.key, key, { mode: 0o600 });
    await writeFile(files.configuration, renderConfiguration(wish));
    await run(planCertificate(wish, files));
    return readFile(files.certificate, 'utf8');
  });
}

/** The key first: a server that starts in between says that the two do not fit, and has not lost the former certificate. */
async function keep(directory: string, made: { key: string | undefined; certificate: string }): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const files = tlsFiles(directory);
  if (made.key !== undefined) await writeFileForOwner(files.key, made.key, 0o600);
  await writeFileForOwner(files.certificate, made.certificate, 0o644);
}

export type BroughtFiles = { readonly key: string; readonly certificate: string };

/**
 * Takes a certificate of another authority, with its key, after having looked at both.
 * @throws UserError when they do not fit, have ended, or lack a name; nothing was changed
 */
export async function bringCertificate(options: {
  readonly directory: string;
  readonly files: BroughtFiles;
  readonly names: readonly string[];
  readonly nowMs: number;
}): Promise<MadeCertificate> {
  const { directory, files, names, nowMs } = options;
  const [key, certificate] = await Promise.all([readPem(files.key), readPem(files.certificate)]);
  requireKeyOf(certificate, key, files);
  const facts = readCertificate(certificate, files.certificate);
  if (nowMs >= facts.validToMs) {
    throw new UserError(`${files.certificate} has expired on ${new Date(facts.validToMs).toISOString().slice(0, 10)}`, {
      exitCode: 2,
    });
  }
  const missing = missingNames(certificate, names, files.certificate);
  if (missing.length > 0) {
    throw new UserError(`${files.certificate} is for ${facts.names.join(', ')}, and not for ${missing.join(', ')}`, {
      exitCode: 2,
      hint: 'hosts check the name by which they reach the server',
    });
  }
  const former = (await readIfThere(tlsFiles(directory).key))?.toString();
  await keep(directory, { key, certificate });
  return { ...facts, file: tlsFiles(directory).certificate, hasFormerKey: former === key };
}

async function readPem(file: string): Promise<string> {
  const bytes = await readIfThere(file);
  if (bytes === undefined) throw new UserError(`${file} does not exist`, { exitCode: 2 });
  return bytes.toString();
}
