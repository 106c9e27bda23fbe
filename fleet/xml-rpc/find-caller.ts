// Who calls. In: the headers and the connection of a request. Out: an account by its token, a host by the certificate of its key, or
// anybody. Never: takes a password, which would cost a hash and an entry of the audit log for each call.
import type { X509Certificate } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import { idOfKey } from '../../contract/fleet/enrolment.ts';
import { findActor } from '../accounts/find-actor.ts';
import type { Actor, Fleet } from '../fleet.ts';
import { OperationError } from '../operations/operation-error.ts';
import { privileges } from './method.ts';
import type { Caller } from './method.ts';

/** @throws OperationError for a token that is not, or no longer, good */
export async function findCaller(fleet: Fleet, request: IncomingMessage): Promise<Caller> {
  const actor = await findAccount(fleet, request.headers.authorization);
  // A token that is good for one operation is of no use here.
  const privilege = actor.role === 'admin' && actor.only === undefined ? privileges.admin : privileges.anonymous;
  const shown = await findHost(fleet, request);
  return { actor, ...shown, privilege: shown.hostId === undefined ? privilege : Math.max(privilege, privileges.agent) };
}

/** Python's client sends `https://NAME:TOKEN@HOST/` as Basic (RFC 7617). */
async function findAccount(fleet: Fleet, authorization: string | undefined): Promise<Actor> {
  const [, encoded] = /^Basic ([\w+/=]{1,400})$/i.exec(authorization ?? '') ?? [];
  if (encoded === undefined) return findActor(fleet, authorization);
  const [name = '', token = ''] = Buffer.from(encoded, 'base64').toString().split(':');
  const actor = await findActor(fleet, `Bearer ${token}`);
  if (actor.name === name) return actor;
  throw new OperationError('unauthenticated', `the token is not one of ${name.slice(0, 64)}`);
}

/** The connection proves that whoever calls has the key; the host's row says whether it still takes part. */
async function findHost(fleet: Fleet, { socket }: IncomingMessage): Promise<Pick<Caller, 'hostId' | 'whyNoAgent'>> {
  if (!(socket instanceof TLSSocket)) return {};
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) return {};
  if (!socket.authorized)
    return { whyNoAgent: `its certificate is not accepted: ${String(socket.authorizationError)}` };
  const publicKey = keyOfCertificate(certificate);
  if (publicKey === undefined) return { whyNoAgent: 'its certificate is not one of an ed25519 key' };
  const id = idOfKey(publicKey);
  const row = await fleet.store.queries.selectFrom('hosts').select('state').where('id', '=', id).executeTakeFirst();
  if (row?.state === 'enrolled') return { hostId: id };
  return { whyNoAgent: row === undefined ? 'no host has the key of its certificate' : `the host is ${row.state}` };
}

/** A host's key as `hostKeySchema` has it; undefined for keys of other kinds. */
export function keyOfCertificate({ publicKey }: X509Certificate): string | undefined {
  return publicKey.asymmetricKeyType === 'ed25519' ? publicKey.export({ format: 'jwk' }).x : undefined;
}
