// The relay's way to a server that asks connections for a certificate: the relay's own, whatever host a request is of. In: the way
// without one, a directory. Out: the same way, with one. Never: shows a host's certificate; it has none.
import { join } from 'node:path';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { certificateAnswerSchema } from '../../contract/fleet/certificate.ts';
import { FLEET_PROTOCOL } from '../../contract/fleet/check-in.ts';
import { createOwnCertificate } from '../../contract/fleet/connection/own-certificate.ts';
import { refusalSchema } from '../../contract/fleet/enrolment.ts';
import { hostRoutes } from '../../contract/fleet/routes.ts';
import { UserError } from '../../lib/errors.ts';
import { whenMissing } from '../../lib/when-missing.ts';
import { askServer } from './ask-server.ts';
import { createForward } from './forward.ts';
import type { Forward, HostRequest, Upstream, UpstreamAnswer } from './forward.ts';
import type { RelayIdentity } from './relay-identity.ts';

export type CertifiedUpstream = Omit<Upstream, 'relay' | 'identity'> & {
  readonly relay: RelayIdentity;
  /** The certificate is kept here. */
  readonly directory: string;
};

/** A request that the server takes only with a certificate, which the relay was not given, fails as if the server were away. */
export function createCertifiedForward({ directory, ...upstream }: CertifiedUpstream): Forward {
  const { relay } = upstream;
  const file = join(directory, 'certificate.pem');
  const plain = createForward({ ...upstream, identity: () => own.shown() });
  const own = createOwnCertificate({
    privateKey: relay.privateKey,
    read: () => readTextIfThere(file),
    write: (pem) => writeText(file, pem),
    fetch: () => askForCertificate(plain, relay),
    reconnect: plain.reconnect,
    now: Date.now,
  });
  const forward = async (sent: HostRequest): Promise<UpstreamAnswer> => {
    if (WITHOUT_CERTIFICATE.has(sent.path)) return plain(sent);
    const { answer, fault } = await own.around(() => plain(sent), wantsCertificate);
    if (!wantsCertificate(answer)) return answer;
    throw new Error(
      `the server wants a certificate of this relay, and none was given: ${fault ?? 'it does not accept it'}`,
    );
  };
  const { reconnect } = plain;
  return Object.assign(forward, { reconnect, [Symbol.dispose]: () => plain[Symbol.dispose]() });
}

/** The server takes these without one. */
const WITHOUT_CERTIFICATE: ReadonlySet<string> = new Set([hostRoutes.enrol, hostRoutes.certificate]);

async function askForCertificate(forward: Forward, self: RelayIdentity): Promise<string> {
  const value = { v: FLEET_PROTOCOL };
  const asked = await askServer(
    { forward, self },
    { path: hostRoutes.certificate, value, schema: certificateAnswerSchema },
  );
  if ('answer' in asked) return asked.answer.certificate;
  throw new UserError(asked.refusal.message);
}

function wantsCertificate({ status, body }: UpstreamAnswer): boolean {
  if (status !== 403) return false;
  try {
    return refusalSchema.parse(JSON.parse(Buffer.from(body).toString())).error === 'client-certificate';
  } catch {
    return false;
  }
}

function readTextIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    return whenMissing(undefined)(error);
  }
}

function writeText(file: string, text: string): void {
  writeFileSync(`${file}.new`, text, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
