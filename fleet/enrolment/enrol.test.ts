import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { answerCheckIn } from '../exchange/answer-check-in.ts';
import type { Outcome } from '../exchange/outcome.ts';
import { addTask } from '../hosts/host-tasks.ts';
import { approveHost, releaseHost, renameHost, revokeHost, takeOutHost } from '../hosts/change-host.ts';
import type { HostChange } from '../hosts/change-host.ts';
import { checkInWith, makeTestHost } from '../testing/simulated-host.ts';
import type { TestHost } from '../testing/simulated-host.ts';
import { openTestFleet } from '../testing/test-fleet.ts';
import { makeAdmission } from './admissions.ts';
import { enrolInstalled } from './enrol-installed.ts';
import { enrol } from './enrol.ts';
import { insertHost } from './new-host.ts';

const cleanup = new AsyncDisposableStack();
after(() => cleanup.disposeAsync());
const { fleet, clock, token: siteToken } = await openTestFleet(cleanup);
const { store } = fleet;

const ask = ({ name, publicKey }: TestHost, token?: string) =>
  enrol(fleet, { v: 1, name, publicKey, ...(token === undefined ? {} : { token }) });

const answerOf = <T>(outcome: Outcome<T>): T => {
  assert.ok('answer' in outcome, JSON.stringify(outcome));
  return outcome.answer;
};
const refusalOf = (outcome: Outcome<unknown>): string =>
  'refusal' in outcome ? `${outcome.refusal.error}: ${outcome.refusal.message}` : JSON.stringify(outcome);

const onceToken = (): Promise<string> =>
  store.transaction((transaction) =>
    makeAdmission(transaction, {
      kind: 'once',
      site: '',
      approves: false,
      createdBy: 'test',
      createdAt: clock.ms,
      expiresAt: clock.ms + 1000,
    }),
  );

const change = (hostId: string, work: (change: HostChange) => Promise<void>): Promise<void> =>
  store.transaction((transaction) => work({ store, transaction, hostId, by: 'anna', at: clock.ms }));

const stateOf = (id: string) =>
  store.queries.selectFrom('hosts').select(['name', 'state', 'reason']).where('id', '=', id).executeTakeFirst();

const eventsOf = async (host: string): Promise<string[]> =>
  (await store.queries.selectFrom('hostEvents').select('text').where('host', '=', host).orderBy('id').execute()).map(
    ({ text }) => text,
  );

test('a token for one host is used up by it, and good for it as often as its answer is lost', async () => {
  const [first, second] = [makeTestHost('first'), makeTestHost('second')];
  const token = await onceToken();
  const answer = answerOf(await ask(first, token));
  assert.equal(answer.state, 'enrolled');
  assert.deepEqual(answerOf(await ask(first, token)), answer);
  assert.match(refusalOf(await ask(second, token)), /^bad-token: .*another host in already/);
  assert.equal(await stateOf(second.id), undefined);
});

test('an expired token lets nobody in', async () => {
  const token = await onceToken();
  clock.ms += 1000;
  assert.match(refusalOf(await ask(makeTestHost('late'), token)), /^bad-token: .*expired/);
});

test('two hosts of one name: the second waits, is told why, and the first is as it was', async () => {
  const [first, second] = [makeTestHost('twin'), makeTestHost('TWIN')];
  const held = answerOf(await ask(first, siteToken));
  const waits = answerOf(await ask(second, siteToken));
  assert.deepEqual([waits.state, waits.token], ['pending', undefined]);
  assert.match(waits.message, new RegExp(`the name TWIN is that of host ${first.id}`));
  await assert.rejects(change(second.id, approveHost), /the name twin is that of host .*nothing was changed/);
  assert.equal((await stateOf(first.id))?.state, 'enrolled');
  await change(second.id, (named) => renameHost(named, 'other'));
  await change(second.id, (named) => renameHost(named, 'other'));
  const renamed = (await eventsOf(second.id)).filter((text) => text.startsWith('renamed'));
  assert.equal(renamed.length, 1, 'the name that it has is no news');
  await change(second.id, approveHost);
  assert.notEqual(answerOf(await ask(second)).token, undefined);
  assert.ok('answer' in (await answerCheckIn(fleet, { hostId: first.id }, checkInWith(held.token ?? ''))));
});

test('a stranger that takes a name first keeps it from nobody', async () => {
  const [stranger, honest] = [makeTestHost('wanted'), makeTestHost('wanted')];
  assert.equal(answerOf(await ask(stranger)).state, 'pending');
  assert.equal(answerOf(await ask(honest, siteToken)).state, 'enrolled');
});

test('a host that waits is told so at its check-in, and gets its token when it was approved', async () => {
  const host = makeTestHost('waiting');
  answerOf(await ask(host));
  assert.match(
    refusalOf(await answerCheckIn(fleet, { hostId: host.id }, checkInWith('1.aaaaaaaaaaaaaaaaaaaaaa'))),
    /^pending: .*approve/,
  );
  await change(host.id, approveHost);
  const { token } = answerOf(await ask(host));
  answerOf(await answerCheckIn(fleet, { hostId: host.id }, checkInWith(token ?? '')));
  const later = answerOf(await ask(host));
  assert.equal(later.token, undefined, 'who has the key alone gets no token');
  assert.match(later.message, /gutinteg fleet release/);
  assert.deepEqual(await eventsOf(host.id), [
    'asked to be let in; it waits, as it came without an enrolment token',
    'approved by anna',
  ]);
});

test('strangers are remembered up to a number; those that no longer ask make room', async () => {
  const count = async (): Promise<number> => {
    const strangers = store.queries.selectFrom('hosts').where('origin', '=', 'stranger').where('state', '=', 'pending');
    return (await strangers.select('id').execute()).length;
  };
  await insertStrangers(1000 - (await count()));
  const stays = makeTestHost('stays');
  assert.match(refusalOf(await ask(makeTestHost('one-more'))), /^busy: too many hosts wait/);
  assert.equal(answerOf(await ask(makeTestHost('with-a-token'), siteToken)).state, 'enrolled');
  clock.ms += 86_400_001;
  answerOf(await ask(stays));
  answerOf(await ask(makeTestHost('one-more')));
  assert.equal(await count(), 2);
});

/** As if so many had asked just now. */
const insertStrangers = (count: number): Promise<void> =>
  store.transaction(async (transaction) => {
    for (let number = 0; number < count; number += 1) {
      const id = `stranger${number}`.padEnd(22, '-');
      const row = { id, name: 'many', publicKey: '', state: 'pending', reason: '', origin: 'stranger' } as const;
      await insertHost(transaction, { ...row, machineId: null, site: '', createdAt: clock.ms });
    }
    await transaction.updateTable('hosts').set({ lastSeenAt: clock.ms }).where('name', '=', 'many').execute();
  });

test('a released host gets a new beginning: the first machine that comes is the host, the other one is found', async () => {
  const host = makeTestHost('cloned');
  const first = answerOf(await ask(host, siteToken)).token ?? '';
  const next = answerOf(await answerCheckIn(fleet, { hostId: host.id }, checkInWith(first))).token;
  assert.match(refusalOf(await answerCheckIn(fleet, { hostId: host.id }, checkInWith(first))), /^quarantined: /);
  assert.match(
    refusalOf(await answerCheckIn(fleet, { hostId: host.id }, checkInWith(next))),
    /^quarantined: .*two machines/,
  );
  assert.match(refusalOf(await ask(host, siteToken)), /^quarantined: /);
  await change(host.id, releaseHost);
  const genuine = answerOf(await answerCheckIn(fleet, { hostId: host.id }, checkInWith(next))).token;
  assert.match(refusalOf(await answerCheckIn(fleet, { hostId: host.id }, checkInWith(first))), /^quarantined: /);
  assert.match(refusalOf(await answerCheckIn(fleet, { hostId: host.id }, checkInWith(genuine))), /^quarantined: /);
  assert.deepEqual(
    (await eventsOf(host.id)).map((text) => text.split(':')[0]),
    ['enrolled with a token', 'quarantined', 'let in anew by anna', 'quarantined'],
  );
});

test('a revoked host is told so for good; taken out, it may ask again', async () => {
  const host = makeTestHost('sold');
  const { token } = answerOf(await ask(host, siteToken));
  await change(host.id, (sold) => revokeHost(sold, 'sold in May'));
  assert.match(
    refusalOf(await answerCheckIn(fleet, { hostId: host.id }, checkInWith(token ?? ''))),
    /^revoked: .*sold in May/,
  );
  assert.match(refusalOf(await ask(host, siteToken)), /^revoked: /);
  await assert.rejects(change(host.id, approveHost), {
    message: /sold is revoked, not pending/,
    hint: new RegExp(`gutinteg fleet take-out ${host.id} forgets it`),
  });
  assert.equal(answerOf(await ask(makeTestHost('sold'), siteToken)).state, 'enrolled', 'its name is free');
  await change(host.id, takeOutHost);
  assert.match(refusalOf(await answerCheckIn(fleet, { hostId: host.id }, checkInWith(token ?? ''))), /^unknown-host: /);
  assert.equal(answerOf(await ask(host)).state, 'pending');
  await assert.rejects(change(makeTestHost('x').id, approveHost), /there is no host/);
});

test('a machine that netboot reports is enrolled, once, whatever it asked before', async () => {
  const host = makeTestHost('lab01');
  answerOf(await ask(host));
  const machine = { machineId: 'm1', name: 'Lab01', publicKey: host.publicKey };
  assert.deepEqual(await enrolInstalled(fleet, machine), { id: host.id, state: 'enrolled', reason: '' });
  await enrolInstalled(fleet, machine);
  assert.notEqual(answerOf(await ask(host)).token, undefined);
  assert.equal((await eventsOf(host.id)).length, 2);
  await enrolInstalled(fleet, { ...machine, name: 'lab02' });
  assert.equal((await stateOf(host.id))?.name, 'lab02');
});

test('a machine that was installed anew is another host, and its former self is revoked', async () => {
  const [before, now] = [makeTestHost('again'), makeTestHost('again')];
  const machine = { machineId: 'm2', name: 'again' };
  await enrolInstalled(fleet, { ...machine, publicKey: before.publicKey });
  assert.equal((await enrolInstalled(fleet, { ...machine, publicKey: now.publicKey })).state, 'enrolled');
  assert.equal((await stateOf(before.id))?.state, 'revoked');
  // An old report that comes late, or a copy of the disk, changes nothing.
  assert.equal((await enrolInstalled(fleet, { ...machine, publicKey: before.publicKey })).state, 'revoked');
  assert.equal((await stateOf(now.id))?.state, 'enrolled');
});

test('a machine whose name another host has waits, and the other one is as it was', async () => {
  const [holder, machine] = [makeTestHost('taken'), makeTestHost('taken')];
  answerOf(await ask(holder, siteToken));
  const reported = { machineId: 'm3', name: 'taken', publicKey: machine.publicKey };
  for (let night = 0; night < 3; night += 1) {
    const { state, reason } = await enrolInstalled(fleet, reported);
    assert.deepEqual([state, reason], ['pending', `the name taken is that of host ${holder.id}`]);
  }
  assert.equal((await eventsOf(machine.id)).length, 1);
  assert.equal((await stateOf(holder.id))?.state, 'enrolled');
});

test('a host has at most two hundred open tasks, and a hundred events', async () => {
  const host = makeTestHost('busy');
  answerOf(await ask(host, siteToken));
  const task = { kind: 'refresh' } as const;
  const add = (count: number) =>
    store.transaction(async (transaction) => {
      const one = { hostId: host.id, task, by: 'anna', at: clock.ms };
      for (let number = 0; number < count; number += 1) await addTask(store, transaction, one);
    });
  await add(200);
  await assert.rejects(add(1), /busy has 200 tasks .*nothing was added/);
  await change(host.id, async (renamed) => {
    for (let number = 0; number < 120; number += 1) await renameHost(renamed, `busy${number}`);
  });
  const events = await eventsOf(host.id);
  assert.equal(events.length, 100);
  assert.equal(events.at(-1), 'renamed from busy118 by anna');
});
