import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import { openUrl } from './open-url.ts';

const server = createServer((request, response) => {
  const redirections: Readonly<Record<string, string>> = {
    '/once': '/file',
    '/circle': '/circle',
    '/file-system': 'file:///etc/passwd',
    '/named': `http://localhost:${port()}/file`,
  };
  const to = redirections[request.url ?? ''];
  if (to !== undefined) response.writeHead(302, { Location: to }).end();
  else response.writeHead(request.url === '/file' ? 200 : 404).end('bytes');
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
after(() => {
  server.closeAllConnections();
  server.close();
});
const port = (): number => (server.address() as AddressInfo).port;
const open = (path: string, allowPrivate: boolean, host = '127.0.0.1') =>
  openUrl({ url: `http://${host}:${port()}${path}`, allowPrivate, signal: AbortSignal.timeout(10_000) });

test('an answer is given, also by way of a redirection', async () => {
  for (const path of ['/file', '/once', '/named']) {
    const answer = await open(path, true);
    assert.equal(Buffer.concat(await answer.toArray()).toString(), 'bytes');
  }
});

const cases: readonly (readonly [what: string, path: string, allowPrivate: boolean, host: string, RegExp])[] = [
  [
    "the server's own computer, by its address",
    '/file',
    false,
    '127.0.0.1',
    /127\.0\.0\.1 is an address of the server's own/,
  ],
  ["the server's own computer, by a name", '/file', false, 'localhost', /is an address of the server's own/],
  ['what is not there', '/none', true, '127.0.0.1', /\/none answers 404/],
  ['a circle', '/circle', true, '127.0.0.1', /leads in circles/],
  ['another way than http', '/file-system', true, '127.0.0.1', /leads to file:\/\/\/etc\/passwd, which is not https/],
];

for (const [what, path, allowPrivate, host, words] of cases) {
  test(`nothing is fetched from ${what}`, async () => {
    await assert.rejects(open(path, allowPrivate, host), words);
  });
}
