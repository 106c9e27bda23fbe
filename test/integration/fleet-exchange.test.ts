// Hosts against both databases, and against two servers of one PostgreSQL that are asked the same at the same moment.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { HostDocument } from '../../contract/fleet/check-in.ts';
import { digestOfFacts } from '../../contract/fleet/facts.ts';
import { digestOfItems } from '../../contract/fleet/inventory.ts';
import type { Item } from '../../contract/fleet/inventory.ts';
import { makeAdmission } from '../../fleet/enrolment/admissions.ts';
import { enrol } from '../../fleet/enrolment/enrol.ts';
import { enrolInstalled } from '../../fleet/enrolment/enrol-installed.ts';
import { answerCheckIn } from '../../fleet/exchange/answer-check-in.ts';
import type { Outcome } from '../../fleet/exchange/outcome.ts';
import { storeDocument } from '../../fleet/exchange/store-document.ts';
import { openFleet } from '../../fleet/fleet.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import { addTask } from '../../fleet/hosts/host-tasks.ts';
import { openStore } from '../../fleet/store/open-store.ts';
import type { StorePlace } from '../../fleet/store/open-store.ts';
import { checkInWith, makeTestHost, sampleFacts } from '../../fleet/testing/simulated-host.ts';
import type { TestHost } from '../../fleet/testing/simulated-host.ts';
import { createLog } from '../../lib/log.ts';
import { storeKinds } from '../helpers/stores.ts';

const AT_ONCE = 20;

for (const { name, newPlace } of storeKinds()) {
  suite(`hosts of a fleet in ${name}`, () => {
    test('of one request that two servers get at once, one is done and the other is its repetition', async () => {
      await using servers = await twoServers(await newPlace());
      const host = await servers.enrolled('doubled');
      const task = { kind: 'refresh' } as const;
      const { store } = servers.first;
      const asked = { hostId: host.id, task, by: 'test', at: 0 };
      await store.transaction((transaction) => addTask(store, transaction, asked));
      let { token } = host;
      for (let round = 1; round <= AT_ONCE; round += 1) {
        const message = { seq: round, task: 1, kind: 'refreshed' } as const;
        const checkIn = checkInWith(token, { ack: 1, messages: [message] });
        const answers = await servers.both((fleet) => answerCheckIn(fleet, { hostId: host.id }, checkIn));
        const [left, right] = answers.map(answerOf);
        assert.equal(left?.token, right?.token);
        assert.deepEqual([left?.ack, right?.ack], [round, round]);
        token = left?.token ?? '';
      }
      const row = await store.queries
        .selectFrom('hosts')
        .selectAll()
        .where('id', '=', host.id)
        .executeTakeFirstOrThrow();
      assert.deepEqual([row.state, row.tokenIssued, row.tasksOpen], ['enrolled', AT_ONCE + 1, 0]);
    });

    test('of two copies of a host that come at once, one is served and then both are quarantined', async () => {
      await using servers = await twoServers(await newPlace());
      const host = await servers.enrolled('copied');
      const outcomes = await servers.both((fleet) =>
        answerCheckIn(fleet, { hostId: host.id }, checkInWith(host.token)),
      );
      const kinds = outcomes.map((outcome) => ('answer' in outcome ? 'answer' : outcome.refusal.error));
      assert.deepEqual(kinds.toSorted(), ['answer', 'quarantined']);
      const again = await answerCheckIn(servers.second, { hostId: host.id }, checkInWith(host.token));
      assert.equal('refusal' in again && again.refusal.error, 'quarantined');
    });

    test('a token for one host lets one in, though two bring it at once', async () => {
      await using servers = await twoServers(await newPlace());
      for (let round = 0; round < 5; round += 1) {
        const token = await servers.newToken('once');
        const outcomes = await servers.both((fleet, side) => {
          const { publicKey, name: own } = makeTestHost(`once${round}-${side}`);
          return enrol(fleet, { v: 1, name: own, publicKey, token });
        });
        const states = outcomes.map((outcome) => ('answer' in outcome ? outcome.answer.state : outcome.refusal.error));
        assert.deepEqual(states.toSorted(), ['bad-token', 'enrolled']);
      }
    });

    test('of two hosts of one name that come at once, one has it', async () => {
      await using servers = await twoServers(await newPlace());
      const token = await servers.newToken('site');
      for (let round = 0; round < 5; round += 1) {
        const hosts = [makeTestHost(`same${round}`), makeTestHost(`same${round}`)] as const;
        const ask = (fleet: Fleet, side: 0 | 1) =>
          enrol(fleet, { v: 1, name: hosts[side].name, publicKey: hosts[side].publicKey, token });
        // What the database refuses is a 503 for the host, which asks again.
        await Promise.allSettled([ask(servers.first, 0), ask(servers.second, 1)]);
        const outcomes = await servers.both(ask);
        assert.deepEqual(outcomes.map((outcome) => answerOf(outcome).state).toSorted(), ['enrolled', 'pending']);
      }
    });

    test('a machine that is reported to two servers at once is one host', async () => {
      await using servers = await twoServers(await newPlace());
      const { publicKey } = makeTestHost('machine');
      const report = (fleet: Fleet) => enrolInstalled(fleet, { machineId: 'm', name: 'machine', publicKey });
      await Promise.allSettled([report(servers.first), report(servers.second)]);
      assert.deepEqual(
        (await servers.both(report)).map(({ state }) => state),
        ['enrolled', 'enrolled'],
      );
    });

    test('many hosts with the same new list and new packages report at once; each package is asked of one of them', async () => {
      await using servers = await twoServers(await newPlace());
      const items = Array.from({ length: 300 }, (_, index): Item => [`package${index}`, 'amd64', '1.0-1', '', '']);
      const hosts = await Promise.all(Array.from({ length: 8 }, (_, index) => servers.enrolled(`many${index}`)));
      const installed = digestOfItems(items);
      const documents: HostDocument[] = [
        { document: 'facts', digest: digestOfFacts(sampleFacts), facts: sampleFacts },
        { document: 'installed', digest: installed, added: items, removed: [] },
      ];
      const asked = await Promise.all(
        hosts.map(async (host, index) => {
          const fleet = index % 2 === 0 ? servers.first : servers.second;
          const { token } = answerOf(
            await answerCheckIn(fleet, { hostId: host.id }, checkInWith(host.token, { installed })),
          );
          for (const document of documents) {
            assert.deepEqual(answerOf(await storeDocument(fleet, host.id, document)), { result: 'stored' });
          }
          const { want = [] } = answerOf(
            await answerCheckIn(fleet, { hostId: host.id }, checkInWith(token, { installed })),
          );
          const names = want.find(({ document }) => document === 'summaries')?.names ?? [];
          const summaries = names.map((one): [string, string] => [one, `what ${one} is`]);
          await storeDocument(fleet, host.id, { document: 'summaries', summaries });
          return names;
        }),
      );
      assert.equal(asked.flat().length, items.length);
      const { queries } = servers.first.store;
      const rows = await queries.selectFrom('summaries').select(['name', 'summary']).execute();
      assert.equal(rows.length, items.length);
      assert.ok(rows.every(({ name: one, summary }) => summary === `what ${one} is`));
      const sets = await queries.selectFrom('hosts').select('installedSet').distinct().execute();
      assert.equal(sets.length, 1);
    });
  });
}

const answerOf = <T>(outcome: Outcome<T>): T => {
  assert.ok('answer' in outcome, JSON.stringify(outcome));
  return outcome.answer;
};

type Enrolled = TestHost & { readonly token: string };

/** Two connections to one PostgreSQL; SQLite has one server, which is asked twice. */
async function twoServers(place: StorePlace) {
  const cleanup = new AsyncDisposableStack();
  const open = async (): Promise<Fleet> => {
    const store = await openStore(place);
    cleanup.defer(() => store.close());
    return openFleet({ store, log: createLog('test', 'silent') });
  };
  const first = await open();
  const second = first.store.kind === 'sqlite' ? first : await open();
  const newToken = (kind: 'once' | 'site'): Promise<string> =>
    first.store.transaction((transaction) => {
      const times = { createdAt: Date.now(), expiresAt: Date.now() + 3_600_000 };
      return makeAdmission(transaction, { kind, site: '', approves: true, createdBy: 'test', ...times });
    });
  return {
    first,
    second,
    newToken,
    both: <T>(ask: (fleet: Fleet, side: 0 | 1) => Promise<T>): Promise<[T, T]> =>
      Promise.all([ask(first, 0), ask(second, 1)]),
    async enrolled(name: string): Promise<Enrolled> {
      const host = makeTestHost(name);
      const { publicKey } = host;
      const { token = '' } = answerOf(await enrol(first, { v: 1, name, publicKey, token: await newToken('once') }));
      return { ...host, token };
    },
    [Symbol.asyncDispose]: () => cleanup.disposeAsync(),
  };
}
