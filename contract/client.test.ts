import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { createClient, RefusedError } from './client.ts';

const lookup = {
  machineId: '5e9ad2f0-6f0e-4b6e-9c55-0d3f3a6c0f11',
  name: 'lab01',
  generation: 'a'.repeat(64),
  record: { MAC: '52:54:00:77:00:01' },
  image: { name: 'debian-12-amd64', manifest: 'b'.repeat(64) },
  packages: [{ name: 'motd', priority: 50, manifest: 'c'.repeat(64) }],
};

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
      assert.equal(request.headers.authorization, 'Bearer secret');
      if (requests === 1) request.socket.destroy();
      else if (requests === 2) response.writeHead(503).end('reloading');
      else response.end(JSON.stringify(lookup));
    },
    async (serverUrl) => {
      const client = createClient({
        serverUrl,
        token: 'secret',
        patienceMs: 20_000,
        onServer: (state) => told.push(state),
      });
      assert.deepEqual(await client.lookup('52:54:00:77:00:01'), lookup);
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
      const client = createClient({ serverUrl, patienceMs: 20_000, onServer: (state) => told.push(state) });
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
      const client = createClient({ serverUrl, patienceMs: 20_000 });
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
  const client = createClient({ serverUrl: 'http://127.0.0.1:9', patienceMs: 10 });
  await assert.rejects(client.storeFile('packs/x'), /GET http:\/\/127\.0\.0\.1:9\/store\/packs\/x: no answer/);
});

test('an answer that is no look-up is a fault with its path', async () => {
  await withServer(
    (_request, response) => response.end(JSON.stringify({ ...lookup, machineId: 'x' })),
    async (serverUrl) => {
      await assert.rejects(createClient({ serverUrl, patienceMs: 10 }).lookup('m'), /machineId/);
    },
  );
});
