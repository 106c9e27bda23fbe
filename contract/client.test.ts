import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { createClient, RefusedError } from './client.ts';
import { signAnswer, signatureHeaders } from './signed-answer.ts';
import type { SignedAnswer } from './signed-answer.ts';

const site = generateKeyPairSync('ed25519');
const other = generateKeyPairSync('ed25519');
const publicKeys = [site.publicKey];
const MAC = '52:54:00:77:00:01';

const lookup = {
  machineId: '5e9ad2f0-6f0e-4b6e-9c55-0d3f3a6c0f11',
  name: 'lab01',
  generation: 'a'.repeat(64),
  record: { MAC },
  image: { name: 'debian-12-amd64', manifest: 'b'.repeat(64) },
  packages: [{ name: 'motd', priority: 50, manifest: 'c'.repeat(64) }],
};

const TOKEN = 'secret';

type Forged = Partial<SignedAnswer> & {
  readonly key?: typeof site;
  /** What is sent; the body that is signed is the look-up, unless this is all there is. */
  readonly text?: string;
};

/** Ends an exchange as the server does, or with what somebody in its place would make of it. */
function endSigned(
  { request, response }: { request: IncomingMessage; response: ServerResponse },
  { key = site, text = JSON.stringify(lookup), ...forged }: Forged = {},
): void {
  const nonce = String(request.headers[signatureHeaders.nonce]);
  const answer = { nonce, path: request.url ?? '', token: TOKEN, body: Buffer.from(text), ...forged };
  response.setHeader(signatureHeaders.signature, signAnswer(answer, key.privateKey));
  response.end(text);
}

async function withServer(listener: RequestListener, use: (url: string) => Promise<void>): Promise<void> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

test('a server that fails and comes back is asked again, and both are told', async () => {
  let requests = 0;
  const told: string[] = [];
  await withServer(
    (request, response) => {
      requests += 1;
      assert.equal(request.headers.authorization, `Bearer ${TOKEN}`);
      if (requests === 1) request.socket.destroy();
      else if (requests === 2) response.writeHead(503).end('reloading');
      else endSigned({ request, response });
    },
    async (serverUrl) => {
      const client = createClient({
        serverUrl,
        token: TOKEN,
        publicKeys,
        patienceMs: 20_000,
        onServer: (state) => told.push(state),
      });
      assert.deepEqual(await client.lookup(MAC), lookup);
    },
  );
  assert.deepEqual(told, ['away', 'back']);
});

test('requests that fail side by side are told of once', async () => {
  let requests = 0;
  const told: string[] = [];
  await withServer(
    (request, response) => {
      requests += 1;
      if (requests <= 3) request.socket.destroy();
      else response.end('x');
    },
    async (serverUrl) => {
      const client = createClient({ serverUrl, publicKeys, patienceMs: 20_000, onServer: (state) => told.push(state) });
      await Promise.all(['packs/a', 'packs/b', 'packs/c'].map((path) => client.storeFile(path)));
    },
  );
  assert.deepEqual(told, ['away', 'back']);
});

test('a refusal is final', async () => {
  let requests = 0;
  await withServer(
    (_request, response) => {
      requests += 1;
      response.writeHead(404).end('no machine has this MAC');
    },
    async (serverUrl) => {
      const client = createClient({ serverUrl, publicKeys, patienceMs: 20_000 });
      await assert.rejects(client.lookup('52:54:00:00:00:00'), (error) => {
        assert(error instanceof RefusedError);
        assert.match(error.message, /404: no machine has this MAC/);
        return true;
      });
    },
  );
  assert.equal(requests, 1);
});

test('a server that stays away is given up on, naming what was asked', async () => {
  const client = createClient({ serverUrl: 'http://127.0.0.1:9', publicKeys, patienceMs: 10 });
  await assert.rejects(client.storeFile('packs/x'), /GET http:\/\/127\.0\.0\.1:9\/store\/packs\/x: no answer/);
});

test('an answer that is no look-up is a fault with its path', async () => {
  await withServer(
    (request, response) => endSigned({ request, response }, { token: undefined, text: '{"machineId":"x"}' }),
    async (serverUrl) => {
      await assert.rejects(createClient({ serverUrl, publicKeys, patienceMs: 10 }).lookup('m'), /machineId/);
    },
  );
});

const REFUSED = /none of the 1 keys .* signed the answer to this request, so it is not believed/;
const UNSIGNED = /the answer is not signed, so it is not believed/;

const BAD: readonly [name: string, forged: Forged, error: RegExp][] = [
  ['the key of another site', { key: other }, REFUSED],
  ['the nonce of another request', { nonce: 'a'.repeat(64) }, REFUSED],
  ['the answer for another machine', { path: '/v1/machines/by-mac/52:54:00:77:00:02' }, REFUSED],
  ['the answer for somebody without a token', { token: undefined }, REFUSED],
  ['the answer for another token', { token: 'stolen' }, REFUSED],
  ['other bytes than were signed', { body: Buffer.from(JSON.stringify(lookup).replace('lab01', 'lab02')) }, REFUSED],
  // Were it parsed first, the error would be about JSON.
  ['no JSON, by another key', { key: other, text: '{' }, REFUSED],
];

for (const [name, forged, error] of BAD) {
  test(`a look-up is refused at once: ${name}`, async () => {
    let requests = 0;
    await withServer(
      (request, response) => {
        requests += 1;
        endSigned({ request, response }, forged);
      },
      async (serverUrl) => {
        const client = createClient({ serverUrl, token: TOKEN, publicKeys, patienceMs: 20_000 });
        await assert.rejects(client.lookup(MAC), { name: 'UserError', message: error, hint: /^gutinteg prepare on/ });
      },
    );
    assert.equal(requests, 1);
  });
}

test('what decides about a machine must be signed, and says what an unsigned answer may mean', async () => {
  await withServer(
    (_request, response) => response.end(JSON.stringify(lookup)),
    async (serverUrl) => {
      const client = createClient({ serverUrl, publicKeys, patienceMs: 10 });
      const expected = { message: UNSIGNED, hint: /^upgrade gutinteg on the server, if it is older/ };
      await assert.rejects(client.lookup(MAC), expected);
      await assert.rejects(client.bootDecision(MAC), expected);
      await assert.rejects(client.recordedData(lookup.machineId), expected);
    },
  );
});

test('a header that is not a signature is refused like a wrong one; without a key nothing is believed', async () => {
  for (const header of ['', 'x', 'a'.repeat(88), ['one', 'two']]) {
    await withServer(
      (_request, response) => {
        response.setHeader(signatureHeaders.signature, header);
        response.end(JSON.stringify(lookup));
      },
      async (serverUrl) => assert.rejects(createClient({ serverUrl, publicKeys, patienceMs: 10 }).lookup(MAC), REFUSED),
    );
  }
  await withServer(
    (request, response) => endSigned({ request, response }, { token: undefined }),
    async (serverUrl) =>
      assert.rejects(createClient({ serverUrl, publicKeys: [], patienceMs: 10 }).lookup(MAC), /none of the 0 keys/),
  );
});

test('an answer of before is not one to the next question', async () => {
  let first: { text: string; signature: string } | undefined;
  const nonces = new Set<unknown>();
  await withServer(
    (request, response) => {
      nonces.add(request.headers[signatureHeaders.nonce]);
      if (first === undefined) {
        endSigned({ request, response });
        first = { text: JSON.stringify(lookup), signature: String(response.getHeader(signatureHeaders.signature)) };
      } else {
        response.setHeader(signatureHeaders.signature, first.signature);
        response.end(first.text);
      }
    },
    async (serverUrl) => {
      const client = createClient({ serverUrl, token: TOKEN, publicKeys, patienceMs: 10 });
      assert.deepEqual(await client.lookup(MAC), lookup);
      await assert.rejects(client.lookup(MAC), REFUSED);
    },
  );
  assert.equal(nonces.size, 2);
});

test('while a site changes its key, machines that have both believe either', async () => {
  for (const key of [site, other]) {
    await withServer(
      (request, response) => endSigned({ request, response }, { key }),
      async (serverUrl) => {
        const both = [site.publicKey, other.publicKey];
        const client = createClient({ serverUrl, token: TOKEN, publicKeys: both, patienceMs: 10 });
        assert.deepEqual(await client.lookup(MAC), lookup);
      },
    );
  }
});
