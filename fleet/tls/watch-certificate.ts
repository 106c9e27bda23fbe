// A server's key and certificate, read again when they are renewed. In: two files, and what uses them. Out: the newest pair that
// fits, and a warning before it ends. Never: takes a certificate whose key is another one; stops the server.
import { readFile } from 'node:fs/promises';
import { UserError, describeError } from '../../lib/errors.ts';
import type { Log } from '../../lib/log.ts';
import { readCertificate, requireKeyOf, warnOfDates } from './judge-certificate.ts';
import type { CertificateFacts } from './judge-certificate.ts';
import type { BroughtFiles } from './make-certificate.ts';

export type KeyPair = { readonly key: string; readonly certificate: string };

/** @throws UserError when a file cannot be read, or the two do not fit */
export async function readKeyPair(files: BroughtFiles, hint = MISSING): Promise<KeyPair> {
  const [key, certificate] = await Promise.all([readPem(files.key, hint), readPem(files.certificate, hint)]);
  requireKeyOf(certificate, key, files);
  return { key, certificate };
}

const MISSING = 'gutinteg fleet tls makes it, and --user says who reads it; or --tls-key and --tls-certificate';

async function readPem(file: string, hint: string): Promise<string> {
  return readFile(file, 'utf8').catch((cause: unknown) => {
    throw new UserError(`${file}, which hosts know the fleet's server by, cannot be read`, {
      cause,
      exitCode: 2,
      hint,
    });
  });
}

export type CertificateWatch = {
  /** What is to be said of the certificate that is in use. */
  readonly warning: () => string | undefined;
  /** Looks at the files now. */
  readonly check: () => Promise<void>;
  readonly stop: () => void;
};

export type WatchOptions = {
  readonly files: BroughtFiles;
  /** The pair that the server has begun with. */
  readonly pair: KeyPair;
  readonly use: (pair: KeyPair) => void;
  readonly log: Log;
  readonly now: () => number;
};

const CHECK_MS = 60_000;
const WARN_MS = 86_400_000;

/** Looks at the files every minute: two small reads, which also see what a directory's events miss on NFS. */
export function watchCertificate({ files, pair, use, log, now }: WatchOptions): CertificateWatch {
  let used = pair;
  let facts = readCertificate(pair.certificate, files.certificate);
  let complaint = '';
  let warnedAt = -Infinity;

  function warn(): void {
    const warning = warnOfDates(facts, now());
    if (warning === undefined || now() - warnedAt < WARN_MS) return;
    warnedAt = now();
    log.warn({ file: files.certificate, renew: 'gutinteg fleet tls' }, warning);
  }

  async function renew(): Promise<void> {
    const found = await readKeyPair(files);
    complaint = '';
    if (found.key === used.key && found.certificate === used.certificate) return;
    const foundFacts = readCertificate(found.certificate, files.certificate);
    use(found);
    log.info(describeChange(facts, foundFacts), 'the certificate was renewed and is in use');
    [used, facts, warnedAt] = [found, foundFacts, -Infinity];
  }

  async function check(): Promise<void> {
    // A key is written before its certificate, so a pair that does not fit may fit a moment later.
    await renew().catch((error: unknown) => {
      const message = describeError(error);
      if (message !== complaint) log.warn({ error: message }, 'the former certificate stays in use');
      complaint = message;
    });
    warn();
  }

  warn();
  const timer = setInterval(() => void check(), CHECK_MS);
  timer.unref();
  return { warning: () => warnOfDates(facts, now()), check, stop: () => clearInterval(timer) };
}

const describeChange = (former: CertificateFacts, { pin, validToMs }: CertificateFacts): Record<string, string> => ({
  until: new Date(validToMs).toISOString(),
  pin,
  ...(pin === former.pin ? {} : { formerPin: former.pin }),
});
