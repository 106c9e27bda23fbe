// The one door to every operation, for whoever asks: the API, its socket, XML-RPC. In: a name, an input from outside, who asks.
// Out: the checked answer. Never: knows what an operation does; lets anything by without the rights for it.
import { didYouMean } from '../../lib/did-you-mean.ts';
import { parseEdge } from '../../lib/parse-edge.ts';
import { OPENAPI_PATH } from '../../contract/fleet/routes.ts';
import { mayAct } from '../../contract/fleet/operation.ts';
import type { Operation } from '../../contract/fleet/operation.ts';
import type { Actor, Fleet } from '../fleet.ts';
import { operations } from './all.ts';
import type { Implementation } from './implement.ts';
import { OperationError } from './operation-error.ts';

const byName: ReadonlyMap<string, Implementation> = new Map(operations.map((each) => [each.operation.name, each]));

/** @throws OperationError when there is none */
export function findOperation(name: string): Implementation {
  const found = byName.get(name);
  if (found !== undefined) return found;
  const shown = name.slice(0, 100);
  const hint = didYouMean(shown, byName.keys()) ?? `${OPENAPI_PATH} describes all`;
  throw new OperationError('not-found', `there is no operation ${JSON.stringify(shown)}`, { hint });
}

/** @throws UserError for people */
export async function callOperation(
  fleet: Fleet,
  { operation, run }: Implementation,
  { input, actor }: { readonly input: unknown; readonly actor: Actor },
): Promise<unknown> {
  requireRole(operation, actor);
  const checked = parseEdge(operation.input, input, operation.name);
  const output = await run(fleet, checked as never, actor);
  // What does not fit is a fault of ours; what the schema does not name, such as a column of a row, never leaves.
  return operation.output.parse(output);
}

function requireRole({ name, role }: Operation, actor: Actor): void {
  if (actor.only !== undefined && actor.only !== name) {
    throw new OperationError(
      'denied',
      `this token of ${actor.name} is good for ${actor.only} alone, and not for ${name}`,
    );
  }
  if (mayAct(actor.role, role)) return;
  if (actor.role === 'anyone') {
    throw new OperationError('unauthenticated', `${name} is for accounts of the fleet, and nobody has logged in`, {
      hint: 'gutinteg fleet login, or a token: Authorization: Bearer TOKEN',
    });
  }
  throw new OperationError('denied', `${name} needs the role ${role}; ${actor.name} is ${actor.role}`, {
    hint: 'an admin can change it: gutinteg fleet user role NAME ROLE',
  });
}
