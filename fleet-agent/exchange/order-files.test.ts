import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, utimesSync } from 'node:fs';
import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { signOrder } from '../../contract/fleet/jobs/order.ts';
import { PART_BYTES } from '../../contract/fleet/package-file-part.ts';
import type { PartAnswer } from '../../contract/fleet/package-file-part.ts';
import { packageSystems } from '../../package-systems/all.ts';
import { statePaths } from '../state/state-paths.ts';
import type { FleetClient } from '../wire/fleet-client.ts';
import type { HostContext } from './host-context.ts';
import { dropOldFiles, fetchOrderFiles } from './order-files.ts';

const cleanup = new AsyncDisposableStack();
after(() => cleanup.disposeAsync());
const root = mkdtempSync(join(tmpdir(), 'gutinteg-order-files-'));
cleanup.defer(() => rmSync(root, { recursive: true }));

const { privateKey } = generateKeyPairSync('ed25519');
const bytes = Buffer.alloc(PART_BYTES + 1000, 'x');
const sha256 = createHash('sha256').update(bytes).digest('hex');
const NOW = 1_900_000_000_000;

type Part = (from: number) => Promise<{ answer: PartAnswer }>;

const give: Part = async (from) => ({
  answer: { result: 'part', data: bytes.subarray(from, from + PART_BYTES).toString('base64') },
});

let count = 0;

/** A talker, and an order that needs a file. */
function open(fetchPart: Part, { url, madeAgoMs = 0, endsInSeconds = 3600, name = 'a_1_all.deb' } = {} as Wanted) {
  const paths = statePaths(join(root, String((count += 1))));
  const system = packageSystems.find((each) => each.name === 'dpkg');
  const stdout = { '--print-architecture': 'amd64\n', '--print-foreign-architectures': '' } as Record<string, string>;
  const context = {
    paths,
    system,
    host: {
      run: async ([, word = '']: readonly string[]) => ({ exitCode: 0, stdout: stdout[word] ?? '', stderr: '' }),
    },
    client: { fetchPart: ({ from }) => fetchPart(from) } as Partial<FleetClient>,
    now: () => NOW,
  } as unknown as HostContext;
  const file = { sha256, bytes: bytes.length, fileName: name, name: 'a', version: '1', arch: 'all' };
  const files = [{ ...file, ...(url === undefined ? {} : { url }) }];
  const order = signOrder(
    {
      v: 1,
      host: 'A'.repeat(22),
      job: 1,
      serial: NOW - madeAgoMs,
      simulate: false,
      action: { do: 'install-files', files, options: [] },
      expiresAt: NOW / 1000 + endsInSeconds,
      health: [],
    },
    privateKey,
  );
  const place = join(paths.files, sha256);
  return { context, place, fetch: () => fetchOrderFiles(context, { seq: 1, kind: 'order', order }) };
}

type Wanted = {
  readonly url?: string;
  readonly madeAgoMs?: number;
  readonly endsInSeconds?: number;
  readonly name?: string;
};

test("parts come from the fleet's server, and after a break it goes on where it was", async () => {
  const asked: number[] = [];
  let isAway = false;
  const { fetch, place } = open(async (from) => {
    asked.push(from);
    if (isAway) throw new Error('the server is away');
    isAway = from === 0;
    return give(from);
  });
  assert.deepEqual(await fetch(), { kind: 'coming', text: 'a_1_all.deb: the server is away' });
  isAway = false;
  assert.deepEqual(await fetch(), { kind: 'whole' });
  assert.deepEqual(asked, [0, PART_BYTES, PART_BYTES]);
  assert.deepEqual(readFileSync(place), bytes);
  assert.deepEqual(await fetch(), { kind: 'whole' });
  assert.equal(asked.length, 3);
});

const part =
  (data: Uint8Array): Part =>
  async () => ({
    answer: { result: 'part', data: Buffer.from(data).toString('base64') },
  });

const cases: readonly (readonly [what: string, Part, Wanted, RegExp])[] = [
  ['other bytes', part(Buffer.alloc(PART_BYTES - 100, 'y')), {}, /wrong part|has SHA-256 [0-9a-f]{64}, and/],
  ['nothing', part(Buffer.alloc(0)), {}, /has sent a wrong part/],
  ['more than there is', part(Buffer.alloc(PART_BYTES + 1)), {}, /has sent a wrong part/],
  ['a no', async () => ({ answer: { result: 'missing', message: 'it has gone' } }), {}, /changed: it has gone/],
  ['a file after the end of its order', give, { endsInSeconds: 0 }, /had not all come before the order ended/],
];

for (const [what, answer, wanted, words] of cases) {
  test(`a server that gives ${what} changes nothing on the host`, async () => {
    const { fetch } = open(answer, wanted);
    const state = await fetch();
    assert.equal(state.kind, 'refused');
    assert.match(state.kind === 'refused' ? state.why : '', words);
  });
}

test('what is not for this host is not fetched: the executor says why it takes nothing', async () => {
  const { fetch } = open(() => Promise.reject(new Error('it was asked')), { name: 'a-1.noarch.rpm' });
  assert.deepEqual(await fetch(), { kind: 'whole' });
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanup.defer(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('an address gives the rest of a file, by way of a redirection', async () => {
  const ranges: (string | undefined)[] = [];
  const url = await serve((request, response) => {
    if (request.url === '/old') return response.writeHead(302, { Location: '/new' }).end();
    ranges.push(request.headers.range);
    if (ranges.length === 1) {
      response
        .writeHead(200, { 'Content-Length': bytes.length })
        .write(bytes.subarray(0, 1000), () => response.destroy());
      return undefined;
    }
    const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
    const range = { 'Content-Range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` };
    return response.writeHead(206, range).end(bytes.subarray(from));
  });
  const { fetch, place } = open(give, { url: `${url}/old` });
  assert.equal((await fetch()).kind, 'coming');
  assert.deepEqual(await fetch(), { kind: 'whole' });
  assert.deepEqual(ranges, [undefined, 'bytes=1000-']);
  assert.deepEqual(readFileSync(place), bytes);
});

test('an address that gives nothing is tried again, and given up after ten minutes; wrong bytes are refused at once', async () => {
  const nothing = await serve((_, response) => response.writeHead(404).end());
  const other = await serve((_, response) => response.end(Buffer.alloc(bytes.length, 'y')));
  const more = await serve((_, response) => response.end(Buffer.concat([bytes, bytes])));
  assert.match(JSON.stringify(await open(give, { url: nothing }).fetch()), /coming.*answers 404; it is tried again/);
  const given = await open(give, { url: nothing, madeAgoMs: 700_000 }).fetch();
  assert.match(JSON.stringify(given), /refused.*answers 404/);
  assert.match(JSON.stringify(await open(give, { url: other }).fetch()), /refused.*has SHA-256 [0-9a-f]{64}, and/);
  assert.match(JSON.stringify(await open(give, { url: more }).fetch()), /has more than the \d+ bytes/);
});

test('a file that nobody has wanted for a day goes', async () => {
  const { context, fetch, place } = open(give);
  await fetch();
  utimesSync(place, NOW / 1000, NOW / 1000);
  dropOldFiles({ ...context, now: () => NOW + 86_000_000 });
  assert.deepEqual(readFileSync(place), bytes);
  dropOldFiles({ ...context, now: () => NOW + 87_000_000 });
  assert.throws(() => readFileSync(place));
});
