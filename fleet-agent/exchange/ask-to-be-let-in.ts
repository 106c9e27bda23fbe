// A host that has no exchange token asks for one. In: a context. Out: the server's answer. Never: keeps an enrolment token that
// the server has answered.
import { rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { FLEET_PROTOCOL } from '../../contract/fleet/check-in.ts';
import { admissionTokenSchema, hostNameSchema } from '../../contract/fleet/enrolment.ts';
import type { EnrolmentAnswer } from '../../contract/fleet/enrolment.ts';
import { UserError } from '../../lib/errors.ts';
import { parseEdge } from '../../lib/parse-edge.ts';
import { readFileIfThere } from '../state/replace-file.ts';
import type { Answered } from '../wire/fleet-client.ts';
import type { HostContext } from './host-context.ts';

/** @throws UserError when this host has no name that a fleet can use */
export async function askToBeLetIn({ paths, place, key, client }: HostContext): Promise<Answered<EnrolmentAnswer>> {
  const name = nameOfHost(place.name ?? hostname());
  const stored = readFileIfThere(paths.admission)?.toString().trim();
  const token = stored === undefined ? {} : { token: parseEdge(admissionTokenSchema, stored, paths.admission) };
  const answered = await client.enrol({ v: FLEET_PROTOCOL, name, publicKey: key.publicKey, ...token });
  const isOver = 'answer' in answered || answered.refusal.error === 'bad-token';
  if (isOver) rmSync(paths.admission, { force: true });
  return answered;
}

function nameOfHost(name: string): string {
  const { data, error } = hostNameSchema.safeParse(name);
  if (data !== undefined) return data.toLowerCase();
  throw new UserError(`this host is called ${JSON.stringify(name.slice(0, 253))}, which ${error?.issues[0]?.message}`, {
    hint: 'gutinteg-fleet enrol --server URL --name NAME gives it another name in the fleet',
  });
}
