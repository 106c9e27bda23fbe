// What anybody may call. In: parameters of strangers. Out: values. A request for a certificate makes a host that waits, as any other
// enrolment does. Never: certifies a key of a host that is not enrolled.
import { X509Certificate } from 'node:crypto';
import { z } from 'zod';
import { FLEET_PROTOCOL } from '../../contract/fleet/check-in.ts';
import { hostIdSchema, hostNameSchema } from '../../contract/fleet/enrolment.ts';
import { readHostKey } from '../../contract/fleet/signed-request.ts';
import { UserError } from '../../lib/errors.ts';
import { readIfThere } from '../../lib/read-if-there.ts';
import { enrol } from '../enrolment/enrol.ts';
import { authorityFiles, certifyHostKey, signClientRequest } from '../tls/client-authority.ts';
import { keyOfCertificate } from './find-caller.ts';
import { method, nothing } from './method.ts';
import type { Method, SiteCertificates } from './method.ts';
import { RpcFault } from './value.ts';

const DAYS = 3650;

export const anonymousMethods: Readonly<Record<string, Method>> = {
  check_protocol_version: method(z.tuple([z.unknown()]), () => Promise.resolve(FLEET_PROTOCOL)),
  get_my_privileges: method(nothing, ({ caller }) => Promise.resolve(caller.privilege)),
  get_ca_certificate: method(nothing, ({ certificates }) => readAuthority(certificates)),
  get_server_certificate: method(nothing, ({ certificates }) => certificates.certificate()),
  request_csr_signing: method(
    z.tuple([hostNameSchema, z.string().max(16_384)]),
    async ({ fleet, certificates }, [name, request]) => {
      await readAuthority(certificates);
      const { directory, run } = certificates;
      // Whoever signed the request has the key, which is all that is wanted of this certificate.
      const pem = await signClientRequest({ directory, name, request, days: 1, run }).catch(withoutCause);
      const publicKey = keyOfCertificate(new X509Certificate(pem));
      if (publicKey === undefined) {
        const made = 'openssl genpkey -algorithm ED25519 makes one';
        throw new RpcFault('not-possible', `the request of ${name} has not an ed25519 key, as hosts have; ${made}`);
      }
      const outcome = await enrol(fleet, { v: FLEET_PROTOCOL, name, publicKey });
      if ('refusal' in outcome) throw new RpcFault('not-possible', outcome.refusal.message);
      return outcome.answer.id;
    },
  ),
  get_certificate: method(z.tuple([hostIdSchema]), async ({ fleet, certificates }, [id]) => {
    const host = await fleet.store.queries
      .selectFrom('hosts')
      .select(['name', 'state', 'publicKey'])
      .where('id', '=', id)
      .executeTakeFirst();
    if (host === undefined) throw new RpcFault('not-found', `there is no host ${id}`);
    if (host.state !== 'enrolled') throw new RpcFault('not-possible', `the host ${id} is ${host.state}`);
    await readAuthority(certificates);
    const { directory, run } = certificates;
    return certifyHostKey({ directory, name: host.name, key: readHostKey(host.publicKey), days: DAYS, run });
  }),
};

/** What openssl said has paths of the server in it, which are nothing for strangers. */
function withoutCause(error: unknown): never {
  if (!(error instanceof UserError)) throw error;
  throw new RpcFault('invalid-parameters', error.message);
}

async function readAuthority({ directory }: SiteCertificates): Promise<string> {
  const found = await readIfThere(authorityFiles(directory).certificate);
  if (found !== undefined) return found.toString();
  throw new RpcFault('not-possible', 'this site has no authority for certificates of hosts: gutinteg fleet tls --ca');
}
