// `gutinteg-fleet certificate`: the certificate that this host shows to a server that asks connections for one.
import { X509Certificate } from 'node:crypto';
import type { Command } from 'commander';
import { certificateOf } from '../../contract/fleet/connection/own-certificate.ts';
import { UserError } from '../../lib/errors.ts';
import { ensureHostKey, readHostKeyFile } from '../state/host-key.ts';
import { openState } from '../state/open-state.ts';
import { readFileIfThere } from '../state/replace-file.ts';
import { requireServerPlace } from '../state/server-place.ts';
import type { StatePaths } from '../state/state-paths.ts';
import { lockState, openClient } from './open-context.ts';

type Options = { readonly renew: boolean; readonly state: string };

/** `gutinteg-fleet certificate`. */
export function addCertificateCommand(program: Command, stateDirectory: string): void {
  program
    .command('certificate')
    .description(
      "print this host's certificate, for a server that wants one (check-ins fetch and renew it by themselves)",
    )
    .option('--renew', 'ask the server for a new one first', false)
    .option('--state <dir>', 'where the key and the state are kept', stateDirectory)
    .action(showCertificate);
}

async function showCertificate({ renew, state }: Options): Promise<void> {
  const paths = openState(state);
  if (renew) await fetchCertificate(paths);
  const pem = readOwnCertificate(paths);
  if (pem === undefined) {
    throw new UserError('this host has no certificate; it needs one only if its server asks for it', {
      hint: 'gutinteg-fleet certificate --renew',
    });
  }
  process.stdout.write(pem);
  process.stderr.write(`${describeCertificate(pem, Date.now())}\n`);
}

async function fetchCertificate(paths: StatePaths): Promise<void> {
  await using _lock = await lockState(paths, 60);
  using client = openClient(paths, requireServerPlace(paths), ensureHostKey(paths));
  await client.fetchCertificate();
}

/** Undefined when there is none of this host's key. */
export function readOwnCertificate(paths: StatePaths): string | undefined {
  const key = readHostKeyFile(paths);
  return key === undefined ? undefined : certificateOf(readFileIfThere(paths.certificate)?.toString(), key.privateKey);
}

/** `of web1, valid until 2027-02-28`; what has ended is said. */
export function describeCertificate(pem: string, nowMs: number): string {
  const { subject, validToDate } = new X509Certificate(pem);
  const name = /^CN=(.*)$/m.exec(subject)?.[1] ?? subject;
  const day = validToDate.toISOString().slice(0, 10);
  return nowMs < validToDate.getTime()
    ? `of ${name}, valid until ${day}`
    : `of ${name}, ended on ${day}; the next check-in asks for another`;
}
