import assert from 'node:assert/strict';
import { after, suite, test } from 'node:test';
import { createLimitedLog } from '../../lib/limited-log.ts';
import type { Rank } from '../../contract/fleet/operation.ts';
import type { Actor } from '../fleet.ts';
import { operations } from '../operations/all.ts';
import { openTestFleet } from '../testing/test-fleet.ts';
import { answerRequest } from './answer-request.ts';

const cleanup = new AsyncDisposableStack();
after(() => cleanup.disposeAsync());
const { fleet } = await openTestFleet(cleanup);
const log = createLimitedLog(fleet.log);

type Asked = { readonly method?: string; readonly body?: string; readonly contentType?: string; readonly rank?: Rank };

function ask(path: string, { method = 'GET', body = '', contentType = '', rank = 'admin' }: Asked = {}) {
  const actor: Actor = { name: 'test', role: rank };
  const identify = () => Promise.resolve(actor);
  return answerRequest(fleet, { method, path, contentType, body: Buffer.from(body), identify }, log);
}

const refused: readonly (readonly [what: string, path: string, asked: Asked, status: number, error: RegExp])[] = [
  ['another path', '/', {}, 404, /there is nothing at \//],
  ['an unknown operation', '/fleet/api/v1/statsu', {}, 404, /no operation "statsu"/],
  ['a reading POST', '/fleet/api/v1/status', { method: 'POST' }, 405, /asked for with GET/],
  ['a changing GET', '/fleet/api/v1/approve-host?host=a', {}, 405, /asked for with POST/],
  ['an unknown parameter', '/fleet/api/v1/hosts?serach=a', {}, 400, /no parameter "serach"/],
  ['a number that is none', '/fleet/api/v1/hosts?limit=many', {}, 400, /limit: error: .*number/],
  ['a number that is too large', '/fleet/api/v1/hosts?limit=1001', {}, 400, /limit/],
  ['a parameter that is there twice', '/fleet/api/v1/hosts?limit=1&limit=2', {}, 400, /limit is there 2 times/],
  ['a host that is not there', '/fleet/api/v1/host?host=web1', {}, 404, /there is no host web1/],
  ['a stranger', '/fleet/api/v1/status', { rank: 'anyone' }, 401, /nobody has logged in/],
  [
    'a role that does not suffice',
    '/fleet/api/v1/approve-host',
    { method: 'POST', rank: 'operator', body: '{"host":"a"}', contentType: 'application/json' },
    403,
    /needs the role approver; test is operator/,
  ],
  ['a form', '/fleet/api/v1/approve-host', { method: 'POST', body: 'host=a' }, 400, /not declared as JSON/],
  [
    'no JSON',
    '/fleet/api/v1/approve-host',
    { method: 'POST', body: '{', contentType: 'application/json' },
    400,
    /is not JSON/,
  ],
  [
    'a null character',
    '/fleet/api/v1/revoke-host',
    { method: 'POST', body: String.raw`{"host":"a","reason":"\u0000"}`, contentType: 'application/json' },
    400,
    /null character/,
  ],
];

suite('refusals', () => {
  for (const [what, path, asked, status, error] of refused) {
    test(what, async () => {
      const answer = await ask(path, asked);
      assert.match((answer.value as { error: string }).error, error);
      assert.equal(answer.status, status);
    });
  }
});

test('what is asked is answered, with the kinds that the schema names', async () => {
  const { status, value } = await ask('/fleet/api/v1/hosts?limit=5&state=enrolled', { rank: 'viewer' });
  assert.deepEqual([status, value], [200, { total: 0, hosts: [] }]);
});

test('every operation that changes something needs more than a viewer, but for those about oneself', () => {
  const loose = operations.filter(
    ({ operation: { changes, role } }) => changes && (role === 'anyone' || role === 'viewer'),
  );
  assert.deepEqual(
    loose.map(({ operation: { name } }) => name),
    ['login', 'change-password', 'add-token', 'revoke-token', 'logout'],
  );
});

test('the names of operations are paths, and each is there once', () => {
  const names = operations.map(({ operation: { name } }) => name);
  assert.equal(new Set(names).size, names.length);
  assert.deepEqual(
    names.filter((name) => !/^[a-z]+(-[a-z]+)*$/.test(name)),
    [],
  );
});

test('an answer has nothing that its description does not name', async () => {
  const { status, value } = await ask('/fleet/openapi.json', { rank: 'anyone' });
  assert.equal(status, 200);
  assert.match(JSON.stringify(value), /"\/approve-host":\{"post":/);
  assert.doesNotMatch(JSON.stringify(value), /passwordHash|secretDigest|tokenDigest|recentExchanges/);
});
