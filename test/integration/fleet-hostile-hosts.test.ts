// Hosts that were let in, and turn out to be hostile or out of order: they send gigabytes, a million packages, and names that would
// steer a terminal. The server's memory is measured from outside, others are answered meanwhile, and administrators can read
// what happened.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, test } from 'node:test';
import { zstdCompressSync } from 'node:zlib';
import { checkInAnswerSchema } from '../../contract/fleet/check-in.ts';
import type { CheckIn, HostDocument } from '../../contract/fleet/check-in.ts';
import { enrolmentAnswerSchema, refusalSchema } from '../../contract/fleet/enrolment.ts';
import { digestOfFacts } from '../../contract/fleet/facts.ts';
import { digestOfItems } from '../../contract/fleet/inventory.ts';
import type { Item } from '../../contract/fleet/inventory.ts';
import { hostRoutes, MAX_REQUEST_BYTES } from '../../contract/fleet/routes.ts';
import { requestHeaders } from '../../contract/fleet/signed-request.ts';
import { tryCheckIn } from '../../fleet-agent/exchange/try-check-in.ts';
import { checkInWith, enrolmentOf, makeTestHost, sampleFacts } from '../../fleet/testing/simulated-host.ts';
import type { TestHost } from '../../fleet/testing/simulated-host.ts';
import { makeFleetProgram } from '../helpers/fleet-program.ts';
import { standInContext, standInSystem } from '../helpers/stand-in-system.ts';

const MIB = 1024 * 1024;
const cleanup = new AsyncDisposableStack();
after(() => cleanup.disposeAsync());
const fleet = await makeFleetProgram(cleanup, { days: 90 });
const admission = await fleet.makeToken();
const ca = readFileSync(fleet.certificate);

type Answer = { readonly status: number; readonly body: string };
type Headers = Readonly<Record<string, string | number>>;

function ask(path: string, headers: Headers) {
  return request({ host: 'localhost', port: fleet.port(), path, method: 'POST', ca, agent: false, headers });
}

async function answerTo(asked: ReturnType<typeof ask>): Promise<Answer> {
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  return { status: answer.statusCode ?? 0, body: await text(answer) };
}

/** Signed as a host does. */
async function send(host: TestHost, path: string, value: unknown, encoding = ''): Promise<Answer> {
  const plain = Buffer.from(JSON.stringify(value));
  const body = encoding === 'zstd' ? zstdCompressSync(plain) : plain;
  return sendBytes(host, path, body, encoding);
}

function sendBytes(host: TestHost, path: string, body: Uint8Array, encoding: string): Promise<Answer> {
  const asked = ask(path, {
    [requestHeaders.host]: host.id,
    [requestHeaders.signature]: host.sign(path, body),
    'Content-Length': body.length,
    ...(encoding === '' ? {} : { 'Content-Encoding': encoding }),
  });
  asked.end(body);
  return answerTo(asked);
}

/** A host that is let in, and its next token. */
async function letIn(name: string): Promise<{ readonly host: TestHost; token: string }> {
  const host = makeTestHost(name);
  const { body } = await send(host, hostRoutes.enrol, JSON.parse(enrolmentOf(host, admission).body.toString()));
  return { host, token: enrolmentAnswerSchema.parse(JSON.parse(body)).token ?? '' };
}

type LetIn = Awaited<ReturnType<typeof letIn>>;

async function checkIn(from: LetIn, more: Partial<CheckIn>): Promise<void> {
  const { status, body } = await send(from.host, hostRoutes.checkIn, checkInWith(from.token, more));
  assert.equal(status, 200, body);
  from.token = checkInAnswerSchema.parse(JSON.parse(body)).token;
}

const sendDocument = ({ host }: LetIn, document: HostDocument): Promise<Answer> =>
  send(host, hostRoutes.documents, document, 'zstd');

const refusalOf = ({ body }: Answer) => refusalSchema.parse(JSON.parse(body));

/** By how much the server's memory grows at most while something is done. */
async function grownBy(work: () => Promise<void>): Promise<number> {
  const { nowBytes } = fleet.memory();
  await work();
  return Math.max(0, fleet.memory().peakBytes - nowBytes);
}

const inMib = (bytes: number): string => `${Math.round(bytes / MIB)} MiB`;
const memoryText = (grownBytes: number): string =>
  `the server's memory grew by ${inMib(grownBytes)} at most, to ${inMib(fleet.memory().peakBytes)}`;

test('two gigabytes of a host that is let in are cut off, whichever way they come', async (context) => {
  const { host } = await letIn('large');
  const known = { [requestHeaders.host]: host.id, [requestHeaders.signature]: 'x'.repeat(86) };
  const grown = await grownBy(async () => {
    // Announced.
    const announced = ask(hostRoutes.documents, { ...known, 'Content-Length': 2 ** 31 });
    announced.on('error', () => {});
    announced.flushHeaders();
    const answer = await answerTo(announced);
    assert.deepEqual([answer.status, refusalOf(answer).error], [413, 'too-large']);
    announced.destroy();
    // As fast as they go.
    const endless = ask(hostRoutes.documents, { ...known, 'Transfer-Encoding': 'chunked' });
    endless.on('error', () => {});
    const connection = { isClosed: false };
    const closed = Promise.withResolvers<void>();
    endless.once('close', () => {
      connection.isClosed = true;
      closed.resolve();
    });
    const answered = answerTo(endless).then(refusalOf, () => undefined);
    const part = Buffer.alloc(MIB, 0x20);
    let sentBytes = 0;
    for (; !connection.isClosed && sentBytes < 2 ** 31; sentBytes += part.length) {
      if (!endless.write(part)) await Promise.race([once(endless, 'drain').catch(() => {}), closed.promise]);
    }
    assert.ok(sentBytes < 16 * MAX_REQUEST_BYTES, `${sentBytes} bytes were taken`);
    const refusal = await answered;
    assert.ok(refusal === undefined || refusal.error === 'too-large');
    // Packed: a few kB that are two gigabytes, and signed.
    const packed = await sendBytes(host, hostRoutes.documents, zstdBomb(2 ** 31), 'zstd');
    assert.deepEqual(
      [packed.status, refusalOf(packed).message],
      [413, 'the request unpacks to more than 33554432 bytes'],
    );
  });
  context.diagnostic(memoryText(grown));
  assert.ok(grown < 160 * MIB, `${grown} bytes more`);
  const shown = (await fleet.cli(['show', 'large'])).said;
  assert.match(shown, /UTC {2}a report was refused: the request unpacks to more than 33554432 bytes$/m);
});

/** Frames of zstd may follow each other. @see RFC 8878 §3.1 */
function zstdBomb(bytes: number): Buffer {
  const frame = zstdCompressSync(Buffer.alloc(64 * MIB, 0x20));
  return Buffer.concat(Array.from({ length: bytes / (64 * MIB) }, () => frame));
}

test('a hundred hosts that send four megabytes each, and slowly, take bounded memory and keep nobody waiting', async (context) => {
  const hosts = await Promise.all(Array.from({ length: 100 }, (_, number) => letIn(`slow${number}`)));
  const quick = await letIn('quick');
  const part = Buffer.alloc(256 * 1024, 0x20);
  const grown = await grownBy(async () => {
    const slow = hosts.map(({ host }) => {
      const asked = ask(hostRoutes.documents, {
        [requestHeaders.host]: host.id,
        [requestHeaders.signature]: 'x'.repeat(86),
        'Content-Length': MAX_REQUEST_BYTES,
      });
      asked.on('error', () => {});
      return { asked, answered: answerTo(asked).catch(() => undefined) };
    });
    // All but the last part, a part of each at a time: they all hold what they have sent.
    for (let sent = part.length; sent < MAX_REQUEST_BYTES; sent += part.length) {
      await Promise.all(
        slow.map(({ asked }) => new Promise<void>((resolve) => void asked.write(part, () => resolve()))),
      );
    }
    const startedMs = performance.now();
    await checkIn(quick, {});
    const tookMs = performance.now() - startedMs;
    context.diagnostic(`another host was answered within ${Math.round(tookMs)} ms meanwhile`);
    assert.ok(tookMs < 15_000);
    for (const { asked } of slow) asked.end(part);
    const answers = await Promise.all(slow.map(({ answered }) => answered));
    const errors = answers.map((answer) => (answer === undefined ? 'gone' : refusalOf(answer).error));
    assert.ok(errors.filter((error) => error === 'busy').length >= 80, errors.join(' '));
    assert.ok(
      errors.every((error) => error === 'busy' || error === 'wrong-signature'),
      errors.join(' '),
    );
  });
  context.diagnostic(memoryText(grown));
  assert.ok(grown < 300 * MIB, `${grown} bytes more`);
});

const MANY = 1_000_000;

test('a host with a million packages says so itself, and one that sends them is refused in words', async (context) => {
  const state = join(fleet.root, 'million');
  mkdirSync(state, { mode: 0o700 });
  writeFileSync(join(state, 'enrolment-token'), admission, { mode: 0o600 });
  writeFileSync(`${state}.stamp`, '');
  const place = { state, url: fleet.url(), certificate: ca.toString(), name: 'million' };
  const versions = Array.from({ length: MANY }, () => '1');
  const own = standInContext(place, standInSystem(versions, `${state}.stamp`));
  using _client = own.client;
  const tried = await tryCheckIn(own);
  assert.deepEqual([tried.outcome, tried.sent.includes('installed')], ['done', false]);
  const hosts = (await fleet.cli(['hosts', 'million'])).said;
  assert.match(
    hosts,
    /has not reported its lists yet; installed packages: 1,000,000 are more than the 100,000 that can be reported: something is wrong with the package system's database/,
  );

  const hostile = await letIn('hostile-million');
  const items = Array.from({ length: MANY }, (_, number): Item => [`p${number}`, '', '1', '', '']);
  const facts = { document: 'facts', digest: digestOfFacts(sampleFacts), facts: sampleFacts } as const;
  await checkIn(hostile, { installed: digestOfItems([]) });
  assert.equal((await sendDocument(hostile, facts)).status, 200);
  const digest = digestOfItems([['p', '', '1', '', '']]);
  await checkIn(hostile, { installed: digest });
  const grown = await grownBy(async () => {
    const answer = await sendDocument(hostile, { document: 'installed', digest, added: items, removed: [] });
    assert.deepEqual([answer.status, refusalOf(answer).message], [400, 'added: has more than 100000 items']);
  });
  context.diagnostic(memoryText(grown));
  assert.ok(grown < 400 * MIB, `${grown} bytes more`);
  const shown = (await fleet.cli(['show', 'hostile-million'])).said;
  assert.match(shown, /^ {4}has not reported its lists yet$/m);
  assert.match(shown, /UTC {2}a report was refused: added: has more than 100000 items$/m);
  assert.match((await fleet.cli(['hosts', 'hostile-million'])).said, /has not reported its lists yet/);
});

const STEERING = '\u001B[2J\u009B31m\r\u202Egpj\u200B\u2028';

test('names that would steer a terminal are refused or shown harmlessly, by every command', async () => {
  const hostile = await letIn('evil');
  const odd = makeTestHost(`evil${STEERING}`);
  const refused = await send(odd, hostRoutes.enrol, JSON.parse(enrolmentOf(odd, admission).body.toString()));
  assert.deepEqual(
    [refused.status, refusalOf(refused).message],
    [400, 'name: is no name of a host: it has letters and digits, and between them dots and hyphens'],
  );
  const facts = {
    ...sampleFacts,
    hostname: `web1${STEERING}\nweb2  enrolled  up to date`,
    os: `debian${STEERING}`,
    osVersion: '12\nup to date',
    kernel: `6.1${STEERING}`,
    agentVersion: `1${STEERING}`,
    rebootReasons: [`linux${STEERING}\nall is well`],
    broken: [`foo${STEERING}\nall is well`],
    troubles: [{ what: `apt${STEERING}`, message: `locked${STEERING}\nall is well` }],
  };
  // What a digest is made of has no control characters, but marks that change the direction of text.
  const installed: Item[] = [[`lib\u202Egpj`, 'amd64', '1\u200B0', '', `vendor\u202E`]];
  const candidates: Item[] = [[`lib\u202Egpj`, 'amd64', '2\u202E0', 'security', `vendor\u202E`]];
  await checkIn(hostile, {
    facts: digestOfFacts(facts),
    installed: digestOfItems(installed),
    candidates: digestOfItems(candidates),
  });
  const documents: readonly HostDocument[] = [
    { document: 'facts', digest: digestOfFacts(facts), facts },
    { document: 'installed', digest: digestOfItems(installed), added: installed, removed: [] },
    { document: 'candidates', digest: digestOfItems(candidates), added: candidates, removed: [] },
    { document: 'summaries', summaries: [[`lib\u202Egpj`, `what it is${STEERING}\nno`]] },
  ];
  for (const document of documents) {
    const answer = await sendDocument(hostile, document);
    assert.equal(answer.status, 200, answer.body);
  }
  const broken: Item = ['two\nlines', 'all', '1', '', ''];
  await checkIn(hostile, {
    facts: digestOfFacts(facts),
    installed: digestOfItems([broken]),
    candidates: digestOfItems(candidates),
  });
  const asDocument: HostDocument = {
    document: 'installed',
    digest: digestOfItems([broken]),
    added: [broken],
    removed: [],
  };
  const control = await sendDocument(hostile, asDocument);
  assert.match(refusalOf(control).message, /^added\.0\.0: has a control character/);
  // It cannot do what it is asked, in its own words.
  assert.equal((await fleet.cli(['details', 'dpkg', 'evil', '--no-wait'])).code, 0);
  const message = `no${STEERING}\nevil is fine`;
  await checkIn(hostile, { ack: 1, messages: [{ seq: 1, task: 1, kind: 'failed', message }] });

  const commands: readonly (readonly string[])[] = [
    ['hosts'],
    ['show', 'evil'],
    ['status'],
    ['events', 'evil'],
    ['outdated'],
    ['packages'],
    ['packages', '--versions'],
    ['packages', '--host', 'evil'],
    ['packages', '--host', 'evil', '--candidates'],
    ['compare', 'evil', 'quick'],
    ['task', '1'],
  ];
  for (const command of commands) {
    for (const words of [command, [...command, '--json']]) {
      const { said } = await fleet.cli(words);
      assert.doesNotMatch(said, /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u, words.join(' '));
      assert.doesNotMatch(said, /^\s*(?:all is well|up to date|evil is fine|no)$/m, words.join(' '));
      assert.ok(said.length > 2, words.join(' '));
    }
  }
  const hosts = (await fleet.cli(['hosts', 'evil'])).said;
  assert.match(hosts, /^evil +enrolled +debian\\u\{1b\}\[2J\\u\{9b\}31m\\u\{d\}\\u\{202e\}gpj/m);
  const json = JSON.parse((await fleet.cli(['show', 'evil', '--json'])).said) as { facts: { kernel: string } };
  assert.equal(json.facts.kernel, `6.1${STEERING}`, 'JSON says the same');
});
