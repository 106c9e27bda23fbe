// Certificates of hosts that take part, for the keys that they sign with. In: a host. Out: a certificate, or why there is none, in
// words. Bounded: one openssl(1) at a time, and the hosts that wait for it. Never: certifies a key that is not the host's.
import { FLEET_PROTOCOL } from '../../contract/fleet/check-in.ts';
import type { CertificateAnswer } from '../../contract/fleet/certificate.ts';
import { readHostKey } from '../../contract/fleet/signed-request.ts';
import { UserError, describeError } from '../../lib/errors.ts';
import type { RunCommand } from '../../lib/run-command.ts';
import { refuse } from '../exchange/outcome.ts';
import type { Outcome } from '../exchange/outcome.ts';
import { planRetry } from '../exchange/plan-next.ts';
import { refuseState } from '../exchange/refuse-state.ts';
import type { Fleet } from '../fleet.ts';
import { createTurns } from '../servers/turns.ts';
import { certifyHostKey } from './client-authority.ts';

export type CertifyHost = (fleet: Fleet, hostId: string) => Promise<Outcome<CertificateAnswer>>;

/** A host renews it when a third of this is left. */
const DAYS = 90;
/** openssl takes about 10 ms, so the last one waits for a second. */
const MAX_WAITING = 100;

export function createCertifyHost({
  directory,
  run,
}: {
  readonly directory: string;
  readonly run: RunCommand;
}): CertifyHost {
  const turns = createTurns(1);
  let waiting = 0;

  async function certify(fleet: Fleet, hostId: string): Promise<Outcome<CertificateAnswer>> {
    const columns = ['name', 'state', 'reason', 'publicKey'] as const;
    const row = fleet.store.queries.selectFrom('hosts').select(columns).where('id', '=', hostId);
    const host = await row.executeTakeFirst();
    if (host?.state !== 'enrolled') return refuseState(host);
    const wish = { directory, name: host.name, key: readHostKey(host.publicKey), days: DAYS, run };
    return { answer: { v: FLEET_PROTOCOL, certificate: await certifyHostKey(wish) } };
  }

  return async (fleet, hostId) => {
    if (waiting >= MAX_WAITING) return refuse('busy', 'many hosts ask for a certificate', planRetry(hostId));
    waiting += 1;
    try {
      return await turns(() => certify(fleet, hostId));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      // Its words have paths of the server.
      fleet.log.warn({ error: describeError(error) }, 'a host was given no certificate');
      return NO_AUTHORITY;
    } finally {
      waiting -= 1;
    }
  };
}

export const NO_AUTHORITY = refuse(
  'client-certificate',
  'this server has no authority for certificates of hosts: gutinteg fleet tls --ca',
);
