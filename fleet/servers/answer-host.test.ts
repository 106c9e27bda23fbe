import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { checkInAnswerSchema, documentAnswerSchema } from '../../contract/fleet/check-in.ts';
import { enrolmentAnswerSchema, refusalSchema } from '../../contract/fleet/enrolment.ts';
import { digestOfFacts } from '../../contract/fleet/facts.ts';
import { digestOfItems } from '../../contract/fleet/inventory.ts';
import type { Item } from '../../contract/fleet/inventory.ts';
import { hostRoutes, MAX_UNPACKED_BYTES } from '../../contract/fleet/routes.ts';
import { checkInWith, enrolmentOf, makeTestHost, sampleFacts, sentBy } from '../testing/simulated-host.ts';
import type { TestHost } from '../testing/simulated-host.ts';
import { openTestFleet } from '../testing/test-fleet.ts';
import { answerHost, createHostAnswerer, findKnownHost } from './answer-host.ts';
import type { SentRequest } from './answer-host.ts';

const cleanup = new AsyncDisposableStack();
after(() => cleanup.disposeAsync());
const { fleet, clock, token } = await openTestFleet(cleanup);
const answerer = createHostAnswerer(fleet);

const ask = async (sent: SentRequest) =>
  answerHost(answerer, sent, (await findKnownHost(fleet, sent.hostId))?.publicKey);

async function answerTo(sent: SentRequest): Promise<unknown> {
  const outcome = await ask(sent);
  assert.ok('answer' in outcome, JSON.stringify(outcome));
  return outcome.answer;
}

async function refusalOf(sent: SentRequest): Promise<string> {
  const outcome = await ask(sent);
  assert.ok('refusal' in outcome, JSON.stringify(outcome));
  return refusalSchema.parse(outcome.refusal).error;
}

async function enrolled(name: string): Promise<{ host: TestHost; exchangeToken: string }> {
  const host = makeTestHost(name);
  const answer = enrolmentAnswerSchema.parse(await answerTo(enrolmentOf(host, token)));
  assert.equal(answer.state, 'enrolled');
  return { host, exchangeToken: answer.token ?? '' };
}

const items: Item[] = [
  ['bash', 'amd64', '5.2.15-2+b2', '', ''],
  ['zlib1g', 'amd64', '1:1.2.13.dfsg-1', 'held', ''],
];

test('a host enrols, checks in, and reports what the server wants; then nothing is wanted', async () => {
  const { host, exchangeToken } = await enrolled('reporting');
  const lists = { installed: digestOfItems(items) };
  const checkIn = async (shown: string) =>
    checkInAnswerSchema.parse(await answerTo(sentBy(host, hostRoutes.checkIn, checkInWith(shown, lists))));
  const first = await checkIn(exchangeToken);
  assert.deepEqual(
    first.want?.map(({ document }) => document),
    ['facts', 'installed', 'candidates'],
  );
  const documents = [
    { document: 'facts', digest: digestOfFacts(sampleFacts), facts: sampleFacts },
    { document: 'installed', digest: lists.installed, added: items, removed: [] },
    { document: 'candidates', digest: digestOfItems([]), added: [], removed: [] },
  ];
  for (const document of documents) {
    const answer = documentAnswerSchema.parse(await answerTo(sentBy(host, hostRoutes.documents, document)));
    assert.equal(answer.result, 'stored', document.document);
  }
  const second = await checkIn(first.token);
  assert.deepEqual(second.want, [{ document: 'summaries', names: ['bash', 'zlib1g'] }]);
  const summaries = [
    ['bash', 'GNU Bourne Again SHell'],
    ['zlib1g', ''],
    ['not-asked', 'an advertisement'],
  ];
  await answerTo(sentBy(host, hostRoutes.documents, { document: 'summaries', summaries }));
  const third = await checkIn(second.token);
  assert.equal(third.want, undefined);
  const known = await fleet.store.queries.selectFrom('summaries').select(['name', 'summary']).execute();
  assert.deepEqual(
    known.map(({ name, summary }) => [name, summary]),
    [['bash', 'GNU Bourne Again SHell']],
  );
});

test('a summary that was not answered for a day is asked of the next host; one that is known is not', async () => {
  const asked = async (name: string) => {
    const { host, exchangeToken } = await enrolled(name);
    const own: Item[] = [...items, ['unanswered', 'amd64', name, '', '']];
    const lists = { installed: digestOfItems(own) };
    const documents = [
      { document: 'facts', digest: digestOfFacts(sampleFacts), facts: sampleFacts },
      { document: 'installed', digest: lists.installed, added: own, removed: [] },
    ];
    const checkIn = async (shown: string) =>
      checkInAnswerSchema.parse(await answerTo(sentBy(host, hostRoutes.checkIn, checkInWith(shown, lists))));
    const { token: next } = await checkIn(exchangeToken);
    for (const document of documents) await answerTo(sentBy(host, hostRoutes.documents, document));
    const { want = [] } = await checkIn(next);
    return want.flatMap(({ names = [] }) => names);
  };
  assert.deepEqual(await asked('one'), ['unanswered', 'zlib1g']);
  assert.deepEqual(await asked('two'), []);
  clock.ms += 86_400_001;
  assert.deepEqual(await asked('three'), ['unanswered', 'zlib1g']);
});

test('a list that the server has of another host does not travel', async () => {
  const { host, exchangeToken } = await enrolled('alike');
  const lists = { installed: digestOfItems(items) };
  const first = checkInWith(exchangeToken, lists);
  const answer = checkInAnswerSchema.parse(await answerTo(sentBy(host, hostRoutes.checkIn, first)));
  const facts = { document: 'facts', digest: digestOfFacts(sampleFacts), facts: sampleFacts };
  await answerTo(sentBy(host, hostRoutes.documents, facts));
  const second = checkInWith(answer.token, lists);
  assert.equal(checkInAnswerSchema.parse(await answerTo(sentBy(host, hostRoutes.checkIn, second))).want, undefined);
});

test('a difference travels, and one that leads nowhere is asked for whole', async () => {
  const { host, exchangeToken } = await enrolled('changing');
  const after: Item[] = [...items, ['curl', 'amd64', '7.88.1', '', '']];
  const facts = { document: 'facts', digest: digestOfFacts(sampleFacts), facts: sampleFacts };
  let shown = exchangeToken;
  const announce = async (installed: string) => {
    const sent = sentBy(host, hostRoutes.checkIn, checkInWith(shown, { installed }));
    const answer = checkInAnswerSchema.parse(await answerTo(sent));
    shown = answer.token;
    return answer.want;
  };
  await announce(digestOfItems(items));
  await answerTo(sentBy(host, hostRoutes.documents, facts));
  await announce(digestOfItems(items));
  const want = await announce(digestOfItems(after));
  assert.deepEqual(want, [{ document: 'installed', base: digestOfItems(items) }]);
  const difference = (added: Item[]) =>
    sentBy(host, hostRoutes.documents, {
      document: 'installed',
      digest: digestOfItems(after),
      base: digestOfItems(items),
      added,
      removed: [],
    });
  assert.deepEqual(await answerTo(difference([])), { result: 'again' });
  assert.deepEqual(await answerTo(difference(after.slice(2))), { result: 'stored' });
  const unannounced = { document: 'installed', digest: digestOfItems([]), added: [], removed: [] };
  assert.deepEqual(await answerTo(sentBy(host, hostRoutes.documents, unannounced)), { result: 'not-wanted' });
});

test('what is not a request of a host is refused, each in its own words', async () => {
  const { host, exchangeToken } = await enrolled('refused');
  const good = sentBy(host, hostRoutes.checkIn, checkInWith(exchangeToken));
  const packed = (body: Uint8Array, encoding: string) => ({
    ...good,
    body,
    encoding,
    signature: host.sign(hostRoutes.checkIn, body),
  });
  const bomb = Buffer.alloc(MAX_UNPACKED_BYTES + 1);
  const cases: readonly [why: string, SentRequest, string][] = [
    [
      'a host that is not known',
      sentBy(makeTestHost('x'), hostRoutes.checkIn, checkInWith('1.aaaaaaaaaaaaaaaaaaaaaa')),
      'unknown-host',
    ],
    [
      'a signature over something else',
      { ...good, signature: host.sign(hostRoutes.documents, good.body) },
      'wrong-signature',
    ],
    ['no signature', { ...good, signature: '' }, 'wrong-signature'],
    ['another body', { ...good, body: Buffer.from('{}') }, 'wrong-signature'],
    ['no JSON', packed(Buffer.from('{'), ''), 'bad-request'],
    ['null', packed(Buffer.from('null'), ''), 'bad-request'],
    ['not gzip', packed(Buffer.from('{}'), 'gzip'), 'bad-request'],
    ['an encoding that nobody has', packed(Buffer.from('{}'), 'br'), 'bad-request'],
    ['a bomb of gzip', packed(gzipSync(bomb, { level: 1 }), 'gzip'), 'too-large'],
    ['a bomb of zstd', packed(zstdCompressSync(bomb), 'zstd'), 'too-large'],
    ['a newer protocol', packed(Buffer.from('{"v":2}'), ''), 'unsupported-version'],
    [
      'a token that nobody gave, in the name of a host',
      { ...enrolmentOf(host, token), hostId: makeTestHost('y').id },
      'wrong-signature',
    ],
  ];
  for (const [why, sent, error] of cases) assert.equal(await refusalOf(sent), error, why);
  await answerTo(packed(zstdCompressSync(good.body), 'zstd'));
});

test('after ten wrong enrolment tokens an address has to wait, others have not', async () => {
  const wrong = 'w'.repeat(32);
  for (let time = 0; time < 10; time += 1) {
    assert.equal(await refusalOf(enrolmentOf(makeTestHost(`guess${time}`), wrong)), 'bad-token');
  }
  assert.equal(await refusalOf(enrolmentOf(makeTestHost('guess'), token)), 'busy');
  await answerTo({ ...enrolmentOf(makeTestHost('honest'), token), address: '192.0.2.2' });
});
