// Accounts, sessions and tokens, through the door that everybody uses.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findActor } from './find-actor.ts';
import type { Actor, Fleet } from '../fleet.ts';
import { callOperation, findOperation } from '../operations/call-operation.ts';
import { openTestFleet } from '../testing/test-fleet.ts';
import { fitsPassword, hashPassword } from './passwords.ts';

const local: Actor = { name: 'local', role: 'admin' };
const anyone: Actor = { name: 'anyone', role: 'anyone' };
const password = 'correct horse battery';

const call = (fleet: Fleet, actor: Actor, name: string, input: object = {}): Promise<Record<string, unknown>> =>
  callOperation(fleet, findOperation(name), { input, actor }) as Promise<Record<string, unknown>>;

async function logIn(fleet: Fleet, name: string, given = password): Promise<Actor> {
  const { token } = await call(fleet, anyone, 'login', { name, password: given });
  return findActor(fleet, `Bearer ${String(token)}`);
}

test('an account logs in, may do what its role allows, and logs out', async () => {
  await using cleanup = new AsyncDisposableStack();
  const { fleet, clock } = await openTestFleet(cleanup);
  await call(fleet, local, 'add-user', { name: 'ann', role: 'operator', password });
  const ann = await logIn(fleet, 'ann');
  assert.deepEqual([ann.name, ann.role], ['ann', 'operator']);
  assert.deepEqual(await call(fleet, ann, 'whoami'), { name: 'ann', role: 'operator' });
  await assert.rejects(call(fleet, ann, 'users'), /users needs the role admin; ann is operator/);
  await call(fleet, ann, 'logout');
  const again = await call(fleet, anyone, 'login', { name: 'ann', password });
  clock.ms += 12 * 3600 * 1000;
  await assert.rejects(findActor(fleet, `Bearer ${String(again['token'])}`), /not good/);
});

test('whatever is wrong with a login, the answer is the same; ten wrong passwords lock', async () => {
  await using cleanup = new AsyncDisposableStack();
  const { fleet, clock } = await openTestFleet(cleanup);
  for (const name of ['ann', 'bob', 'eve']) {
    await call(fleet, local, 'add-user', { name, role: 'viewer', ...(name === 'eve' ? {} : { password }) });
  }
  await call(fleet, local, 'disable-user', { name: 'bob' });
  const refusalOf = (name: string, given: string): Promise<string> =>
    logIn(fleet, name, given).then(
      () => 'let in',
      (error: unknown) => String(error),
    );
  const refusals = [await refusalOf('nobody', password), await refusalOf('bob', password), await refusalOf('eve', '')];
  for (let tries = 0; tries < 10; tries += 1) refusals.push(await refusalOf('ann', `wrong ${tries}`));
  refusals.push(await refusalOf('ann', password));
  assert.equal(new Set(refusals).size, 1, refusals.join('\n'));
  assert.match(refusals[0] ?? '', /the name or the password is wrong, or the account is locked or disabled/);
  clock.ms += 15 * 60 * 1000;
  assert.equal(await refusalOf('ann', password), 'let in');
  const { entries } = await call(fleet, local, 'audit', { action: 'lock-user' });
  assert.equal((entries as unknown[]).length, 1);
});

test('a token for one operation is good for that alone', async () => {
  await using cleanup = new AsyncDisposableStack();
  const { fleet } = await openTestFleet(cleanup);
  await call(fleet, local, 'add-user', { name: 'installer', role: 'approver' });
  await call(fleet, local, 'add-user', { name: 'reader', role: 'viewer' });
  const make = (user: string) => call(fleet, local, 'add-token', { label: 'north', user, only: 'report-machines' });
  await assert.rejects(make('reader'), /report-machines needs the role approver, and the token would be viewer/);
  const { token } = await make('installer');
  const installer = await findActor(fleet, `Bearer ${String(token)}`);
  for (const name of ['hosts', 'add-token', 'revoke-token', 'approve-host', 'logout', 'whoami']) {
    await assert.rejects(call(fleet, installer, name), /is good for report-machines alone, and not for/);
  }
  const machines = [{ machineId: 'm1', name: 'web1', publicKey: 'A'.repeat(43) }];
  const { results } = await call(fleet, installer, 'report-machines', { machines });
  assert.equal((results as { state: string }[])[0]?.state, 'enrolled');
});

test('a token can do no more than its account, nor a token that it makes more than itself', async () => {
  await using cleanup = new AsyncDisposableStack();
  const { fleet } = await openTestFleet(cleanup);
  await call(fleet, local, 'add-user', { name: 'ann', role: 'approver', password });
  const add = (actor: Actor, more: object = {}) => call(fleet, actor, 'add-token', { label: 'x', ...more });
  const actorOf = async (made: Promise<Record<string, unknown>>): Promise<Actor> =>
    findActor(fleet, `Bearer ${String((await made)['token'])}`);
  const ann = await logIn(fleet, 'ann');
  assert.equal((await actorOf(add(ann))).role, 'approver');
  const viewer = await actorOf(add(ann, { role: 'viewer' }));
  assert.equal(viewer.role, 'viewer');
  await assert.rejects(add(ann, { role: 'admin' }), /a token of the role admin cannot be made/);
  await assert.rejects(add(viewer, { role: 'operator' }), /a token of the role operator cannot be made/);
  assert.equal((await actorOf(add(viewer))).role, 'viewer');
  await assert.rejects(add(ann, { user: 'bob' }), /only an admin makes tokens for others/);
  const made = add(local, { user: 'ann' });
  await call(fleet, local, 'set-user-role', { name: 'ann', role: 'viewer' });
  assert.equal((await actorOf(made)).role, 'viewer');
  await call(fleet, local, 'disable-user', { name: 'ann' });
  await assert.rejects(actorOf(made), /not good/);
});

test('a token or password is nowhere in the store, nor in the audit log', async () => {
  await using cleanup = new AsyncDisposableStack();
  const { fleet } = await openTestFleet(cleanup);
  await call(fleet, local, 'add-user', { name: 'ann', role: 'viewer', password });
  await call(fleet, local, 'set-user-password', { name: 'ann', password: `${password} 2` });
  const ann = await logIn(fleet, 'ann', `${password} 2`);
  await call(fleet, ann, 'change-password', { password: `${password} 2`, newPassword: `${password} 3` });
  const { token } = await call(fleet, local, 'add-token', { label: 'x', user: 'ann' });
  const { queries } = fleet.store;
  const rows = [
    await queries.selectFrom('audit').selectAll().execute(),
    await queries.selectFrom('accounts').selectAll().execute(),
    await queries.selectFrom('credentials').selectAll().execute(),
  ];
  const text = JSON.stringify(rows);
  assert.ok(!text.includes('correct horse') && !text.includes(String(token)));
  assert.deepEqual(
    rows[0]?.map((row) => ('action' in row ? row.action : '')),
    ['add-user', 'set-user-password', 'login', 'change-password', 'add-token'],
  );
});

test("only an admin sees and revokes others' tokens", async () => {
  await using cleanup = new AsyncDisposableStack();
  const { fleet } = await openTestFleet(cleanup);
  for (const name of ['ann', 'bob']) await call(fleet, local, 'add-user', { name, role: 'viewer', password });
  const [ann, bob] = [await logIn(fleet, 'ann'), await logIn(fleet, 'bob')];
  const of = async (actor: Actor) => (await call(fleet, actor, 'tokens'))['tokens'] as { id: number; user: string }[];
  assert.deepEqual([(await of(ann)).map(({ user }) => user), (await of(local)).length], [['ann'], 2]);
  await assert.rejects(call(fleet, ann, 'revoke-token', { id: bob.credential }), /no session or token/);
  await call(fleet, local, 'revoke-token', { id: bob.credential });
  assert.equal((await of(local)).length, 1);
});

test('hashes say how they were made, and a changed one fits nothing', async () => {
  const stored = await hashPassword(password);
  assert.match(stored, /^scrypt\$32768\$8\$3\$[\w-]{22}\$[\w-]{43}$/);
  const cases = [
    [password, stored, true],
    [`${password} `, stored, false],
    [password, stored.replace('$8$3$', '$8$1$'), false],
    ['', '', false],
    [password, undefined, false],
  ] as const;
  for (const [given, hash, fits] of cases) assert.equal(await fitsPassword(given, hash), fits, `${given} ${hash}`);
});
