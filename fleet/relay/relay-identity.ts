// A relay's own key: it is a host of the fleet, and is let in like one. In: a directory. Out: its id and key; a request to be let
// in. Never: makes a second key.
import { generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { join } from 'node:path';
import { FLEET_PROTOCOL } from '../../contract/fleet/check-in.ts';
import { enrolmentAnswerSchema, idOfKey } from '../../contract/fleet/enrolment.ts';
import type { EnrolmentAnswer } from '../../contract/fleet/enrolment.ts';
import { hostRoutes } from '../../contract/fleet/routes.ts';
import { publicKeyText, readPrivateKey } from '../../contract/fleet/signed-request.ts';
import { UserError } from '../../lib/errors.ts';
import { readIfThere } from '../../lib/read-if-there.ts';
import { writeFileAtomically } from '../../lib/write-file-atomically.ts';
import { askServer } from './ask-server.ts';
import type { Forward } from './forward.ts';

export type RelayIdentity = { readonly id: string; readonly publicKey: string; readonly privateKey: KeyObject };

export async function readRelayIdentity(directory: string): Promise<RelayIdentity> {
  const file = join(directory, 'key.pem');
  const former = (await readIfThere(file))?.toString();
  const pem = former ?? generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' });
  if (former === undefined) await writeFileAtomically(file, pem, 0o600);
  const privateKey = readPrivateKey(pem);
  const publicKey = publicKeyText(privateKey);
  return { id: idOfKey(publicKey), publicKey, privateKey };
}

/** @throws UserError when the server refuses; Error when it cannot be reached */
export async function enrolRelay(
  forward: Forward,
  self: RelayIdentity,
  { name, token }: { readonly name: string; readonly token: string },
): Promise<EnrolmentAnswer> {
  const value = { v: FLEET_PROTOCOL, name, kind: 'relay', publicKey: self.publicKey, token };
  const asked = await askServer({ forward, self }, { path: hostRoutes.enrol, value, schema: enrolmentAnswerSchema });
  if ('answer' in asked) return asked.answer;
  const { message } = asked.refusal;
  throw new UserError(`the fleet's server does not let this relay in: ${message}`, { hint: '--token-file FILE' });
}
