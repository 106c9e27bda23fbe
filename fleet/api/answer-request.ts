// A request to the API, without its connection. In: method, path, body, who asks. Out: a status and a value. Every operation is
// there, as its description says. Never: I/O of its own; tells a stranger why the server failed.
import { UserError, describeError } from '../../lib/errors.ts';
import type { LimitedLog } from '../../lib/limited-log.ts';
import { API_PREFIX, OPENAPI_PATH } from '../../contract/fleet/routes.ts';
import type { Actor, Fleet } from '../fleet.ts';
import { callOperation, findOperation } from '../operations/call-operation.ts';
import type { Implementation } from '../operations/implement.ts';
import { OperationError } from '../operations/operation-error.ts';
import type { ErrorKind } from '../operations/operation-error.ts';
import { StoreError } from '../store/explain-faults.ts';
import { describeApi } from './describe-api.ts';
import { kindsOfFields, readQuery } from './read-query.ts';

export type ApiRequest = {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  /** Only JSON is taken, so that no form of another page can ask for anything. */
  readonly contentType: string;
  readonly body: Uint8Array;
  /** @throws OperationError when a token is not good */
  readonly identify: () => Promise<Actor>;
};

export type ApiAnswer = {
  readonly status: number;
  readonly value: unknown;
  readonly headers?: Readonly<Record<string, string>>;
};

const statuses: Readonly<Record<ErrorKind, number>> = {
  'bad-input': 400,
  unauthenticated: 401,
  denied: 403,
  'not-found': 404,
  conflict: 409,
  'too-many': 429,
};

export async function answerRequest(fleet: Fleet, request: ApiRequest, log: LimitedLog): Promise<ApiAnswer> {
  try {
    return await answer(fleet, request);
  } catch (error) {
    if (error instanceof UserError) return explain(error);
    const path = request.path.split('?')[0] ?? '';
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    log.once(`api ${describeError(error)}`, 'a request to the API failed', { path, error: stack });
    return { status: 500, value: { error: 'the server failed', hint: 'its log says why' } };
  }
}

async function answer(fleet: Fleet, request: ApiRequest): Promise<ApiAnswer> {
  const url = new URL(request.path, 'https://fleet.invalid');
  if (url.pathname === OPENAPI_PATH && request.method === 'GET') return { status: 200, value: describeApi() };
  if (!url.pathname.startsWith(`${API_PREFIX}/`)) {
    throw new OperationError('not-found', `there is nothing at ${url.pathname.slice(0, 200)}`, {
      hint: `${OPENAPI_PATH} describes the API`,
    });
  }
  const found = findOperation(url.pathname.slice(API_PREFIX.length + 1));
  const method = found.operation.changes ? 'POST' : 'GET';
  if (request.method !== method) {
    const value = { error: `${found.operation.name} is asked for with ${method}` };
    return { status: 405, value, headers: { Allow: method } };
  }
  const actor = await request.identify();
  const input = found.operation.changes ? readBody(request) : readQuery(kindsOf(found), url.searchParams);
  requireText(input);
  return { status: 200, value: await callOperation(fleet, found, { input, actor }) };
}

const kinds = new WeakMap<Implementation, ReadonlyMap<string, string>>();

function kindsOf(implementation: Implementation): ReadonlyMap<string, string> {
  const known = kinds.get(implementation) ?? kindsOfFields(implementation.operation.input);
  kinds.set(implementation, known);
  return known;
}

function readBody({ contentType, body }: ApiRequest): unknown {
  if (!/^application\/json\s*(?:;|$)/i.test(contentType)) {
    throw new OperationError('bad-input', 'the body is not declared as JSON', {
      hint: 'Content-Type: application/json',
    });
  }
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch (cause) {
    throw new OperationError('bad-input', 'the body is not JSON', { cause });
  }
}

/** No database keeps a text with this character in it, and nobody means one. */
function requireText(input: unknown): void {
  JSON.stringify(input, (_, value: unknown) => {
    if (typeof value === 'string' && value.includes('\0')) {
      throw new OperationError('bad-input', 'a text has a null character in it');
    }
    return value;
  });
}

function explain(error: UserError): ApiAnswer {
  if (error instanceof StoreError) return { status: 503, value: { error: error.message, hint: error.hint } };
  const value = { error: describeError(error), ...(error.hint === undefined ? {} : { hint: error.hint }) };
  if (!(error instanceof OperationError)) return { status: error.exitCode === 2 ? 400 : 409, value };
  const status = statuses[error.kind];
  return { status, value, ...(status === 401 ? { headers: { 'WWW-Authenticate': 'Bearer' } } : {}) };
}
