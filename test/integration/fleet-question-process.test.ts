// The process that answers questions: a question that takes too long, a process that dies, too many questions, and that it
// cannot write.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Client } from 'pg';
import { openForReading } from '../../fleet/store/open-for-reading.ts';
import { openQuestionProcess } from '../../fleet/questions/question-process.ts';
import type { QuestionProcess } from '../../fleet/questions/question-process.ts';
import { digestOfItems } from '../../contract/fleet/inventory.ts';
import type { Item } from '../../contract/fleet/inventory.ts';
import { storeList } from '../../fleet/inventories/store-list.ts';
import { addHost } from '../helpers/fleet-host.ts';
import { openStore } from '../../fleet/store/open-store.ts';
import type { StorePlace } from '../../fleet/store/open-store.ts';
import { createLog } from '../../lib/log.ts';
import { storeKinds } from '../helpers/stores.ts';

const kinds = storeKinds();
const log = createLog('test', 'silent');

const askAnything = ({ ask }: QuestionProcess) => ask('packages', { kind: 'installed', limit: 10 });
const NOTHING = { total: 0, packages: [] };

async function emptyStore(place: StorePlace): Promise<StorePlace> {
  await (await openStore(place)).close();
  return place;
}

for (const { name, newPlace } of kinds) {
  test(`questions are answered one after the other, and errors are those of the question (${name})`, async () => {
    const questions = openQuestionProcess({ place: await emptyStore(await newPlace()), log, mostWaiting: 4 });
    const answers = await Promise.allSettled(Array.from({ length: 6 }, () => askAnything(questions)));
    assert.deepEqual(
      answers.slice(0, 4).map((one) => one.status === 'fulfilled' && one.value),
      Array.from({ length: 4 }, () => NOTHING),
    );
    assert.match(String(answers[5]?.status === 'rejected' && answers[5].reason), /too many questions wait/);
    const unknown = questions.ask('host-packages', { host: 'nobody', kind: 'installed', limit: 1 });
    await assert.rejects(unknown, { name: 'UserError', message: /no host nobody/, exitCode: 2, hint: /fleet hosts/ });
    assert.deepEqual(await askAnything(questions), NOTHING, 'it has not died of it');
    await questions.close();
  });

  test(`what reads cannot write (${name})`, async () => {
    const queries = openForReading(await emptyStore(await newPlace()), 10_000);
    await assert.rejects(
      queries.insertInto('meta').values({ key: 'a', value: '' }).execute(),
      /cannot be written|takes no changes/,
    );
    await queries.destroy();
  });
}

const longList = Array.from({ length: 40_000 }, (_, index): Item => [
  `package-${index}`.padEnd(250, 'x'),
  '',
  '1',
  '',
  '',
]);

test('a process whose memory does not suffice is told, and replaced', async () => {
  const place = await kinds[0].newPlace();
  const store = await openStore(place);
  const list = { kind: 'installed', system: 'dpkg', digest: digestOfItems(longList), items: longList } as const;
  await store.transaction((transaction) => storeList({ store, transaction, now: 0 }, list));
  await addHost(store, { id: 'host', name: 'host', installedSet: 1 });
  const questions = openQuestionProcess({ place, log, memoryMiB: 40 });
  const all = () => questions.ask('packages', { kind: 'installed', limit: 1000 });
  await assert.rejects(all(), { message: /the question was interrupted/, hint: /narrower/ });
  const one = await questions.ask('hosts-with-package', { package: 'x', kind: 'installed', limit: 10 });
  assert.deepEqual(one, { total: 0, hosts: [] }, 'another process answers');
  await store.close();
  await questions.close();
});

/** Another user of the database, who can keep its tables to himself. */
async function connect(place: StorePlace): Promise<Client> {
  const client = new Client({ connectionString: 'postgres' in place ? place.postgres : '' });
  await client.connect();
  return client;
}

test('a question that takes too long is told, and its process is replaced', async () => {
  const place = await emptyStore(await kinds[1].newPlace());
  const client = await connect(place);
  const questions = openQuestionProcess({ place, log, limitMs: 5000 });
  assert.deepEqual(await askAnything(questions), NOTHING);
  await client.query('begin');
  await client.query('lock table hosts in access exclusive mode');
  await assert.rejects(askAnything(questions), { message: /took longer than 5 s/, hint: /narrower/ });
  await client.query('rollback');
  assert.deepEqual(await askAnything(questions), NOTHING);
  await client.end();
  await questions.close();
});

test('after PostgreSQL has ended its connections, one question fails at most', async () => {
  const place = await emptyStore(await kinds[1].newPlace());
  const client = await connect(place);
  const questions = openQuestionProcess({ place, log });
  assert.deepEqual(await askAnything(questions), NOTHING);
  const others = 'from pg_stat_activity where pid <> pg_backend_pid() and datname = current_database()';
  await client.query(`select pg_terminate_backend(pid, 20000) ${others}`);
  await askAnything(questions).catch(() => {});
  assert.deepEqual(await askAnything(questions), NOTHING);
  await client.end();
  await questions.close();
});
