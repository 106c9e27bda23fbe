// A call, without its connection. In: bytes, who calls. Out: XML, whatever happens. Never: tells a stranger why the server failed.
import { UserError, describeError } from '../../lib/errors.ts';
import type { LimitedLog } from '../../lib/limited-log.ts';
import { OperationError } from '../operations/operation-error.ts';
import type { ErrorKind } from '../operations/operation-error.ts';
import { adminMethods } from './admin-methods.ts';
import { agentMethods } from './agent-methods.ts';
import { anonymousMethods } from './anonymous-methods.ts';
import { privileges } from './method.ts';
import type { Method, MethodContext } from './method.ts';
import { parseCall } from './parse-call.ts';
import type { Call } from './parse-call.ts';
import { RpcFault } from './value.ts';
import type { FaultKind, Value } from './value.ts';
import { writeAnswer, writeFault } from './write-answer.ts';

type Group = { readonly privilege: number; readonly methods: Readonly<Record<string, Method>> };

/** By the first part of a method's name. */
const groups: ReadonlyMap<string, Group> = new Map([
  ['anon', { privilege: privileges.anonymous, methods: anonymousMethods }],
  ['agent', { privilege: privileges.agent, methods: agentMethods }],
  ['admin', { privilege: privileges.admin, methods: adminMethods }],
]);

/** @returns XML */
export async function answerCall(context: MethodContext, body: Uint8Array, log: LimitedLog): Promise<string> {
  try {
    return writeAnswer(await callMethod(context, parseCall(body)));
  } catch (error) {
    return explainFault(error, log);
  }
}

/** @returns XML */
export function explainFault(error: unknown, log: LimitedLog): string {
  if (error instanceof RpcFault) return writeFault(error.kind, error.message);
  if (error instanceof UserError) {
    const hint = error.hint === undefined ? '' : `; ${error.hint}`;
    return writeFault(kindOf(error), `${describeError(error)}${hint}`);
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  log.once(`xml-rpc ${describeError(error)}`, 'a call by XML-RPC failed', { error: stack });
  return writeFault('generic', 'the server failed; its log says why');
}

const kinds: Readonly<Record<ErrorKind, FaultKind>> = {
  'bad-input': 'invalid-parameters',
  unauthenticated: 'denied',
  denied: 'denied',
  'not-found': 'not-found',
  conflict: 'not-possible',
  'too-many': 'not-possible',
};

function kindOf(error: UserError): FaultKind {
  if (error instanceof OperationError) return kinds[error.kind];
  return error.exitCode === 2 ? 'invalid-parameters' : 'not-possible';
}

async function callMethod(context: MethodContext, { method: name, params }: Call): Promise<Value> {
  const [prefix = '', last = '', ...rest] = name.split('.');
  const group = groups.get(prefix);
  const found =
    group !== undefined && rest.length === 0 && Object.hasOwn(group.methods, last) ? group.methods[last] : undefined;
  if (group === undefined || found === undefined) {
    throw new RpcFault('unknown-method', `there is no method ${name}; docs/fleet-xml-rpc.md has all`);
  }
  if (context.caller.privilege < group.privilege) throw new RpcFault('denied', denial(context, name, prefix));
  const checked = found.params.safeParse(params);
  if (checked.success) return found.run(context, checked.data as never);
  const faults = checked.error.issues.slice(0, 5).map(({ path, message }) => `${placeOf(path)}${message}`);
  throw new RpcFault('invalid-parameters', `${name}: ${faults.join('; ')}`);
}

const placeOf = ([index, ...rest]: readonly PropertyKey[]): string =>
  index === undefined ? '' : `parameter ${[Number(index) + 1, ...rest.map(String)].join('.')}: `;

function denial({ caller: { actor, whyNoAgent } }: MethodContext, name: string, prefix: string): string {
  if (prefix === 'agent') {
    const why = whyNoAgent ?? 'no certificate of a host was shown';
    return `${name} is for hosts of the fleet that show a certificate of their key: ${why}`;
  }
  if (actor.role === 'anyone') return `${name} is for admins, and no token was shown`;
  return `${name} is for admins; ${actor.name} is ${actor.role}`;
}
