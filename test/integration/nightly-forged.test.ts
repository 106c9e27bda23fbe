// Somebody on the network answers in the server's place. The real agent, the real server, and a proxy between them.
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeNightlyLab } from './nightly-lab.ts';
import type { NightlyLab } from './nightly-lab.ts';

const LOOKUP = '/v1/machines/by-mac/';
const MALLORY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ0Xg9bdMjbT7uDqF1cFxv1d6O0dQ2pX9w1S3mY4rU5k mallory';
const withKey = (text: string): string => text.replace('"record":{', `"record":{"ROOT_KEYS":"${MALLORY}",`);
const KEYS = 'root/.ssh/authorized_keys';

/** What is between machine and server; `change` makes something of the body and the headers of a look-up. */
type Between = { change: (answer: { text: string; headers: Headers }) => string };

async function adoptedThrough(stack: AsyncDisposableStack): Promise<{ lab: NightlyLab; between: Between }> {
  const lab = await makeNightlyLab(stack);
  const { exitCode, stdout, stderr } = await lab.adopt();
  assert.equal(exitCode, 0, stdout + stderr);
  const between: Between = { change: ({ text }) => text };
  const proxy = createServer((request, response) => {
    void (async () => {
      const body = request.method === 'POST' ? await new Response(request).text() : null;
      const { host: _host, connection: _connection, 'content-length': _length, ...sent } = request.headers;
      const path = request.url ?? '';
      const headers = sent as Record<string, string>;
      const answer = await fetch(lab.url + path, { method: request.method ?? 'GET', headers, body });
      const received = new Headers(answer.headers);
      const bytes = Buffer.from(await answer.arrayBuffer());
      const changed = path.startsWith(LOOKUP) ? between.change({ text: bytes.toString(), headers: received }) : bytes;
      const signature = received.get('gutinteg-signature');
      response.writeHead(answer.status, signature === null ? {} : { 'gutinteg-signature': signature });
      response.end(changed);
    })();
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  stack.defer(() => {
    proxy.closeAllConnections();
    proxy.close();
  });
  const file = 'var/lib/gutinteg/machine.json';
  const serverUrl = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  await lab.edit(file, JSON.stringify({ ...JSON.parse(await lab.text(file)), serverUrl }));
  return { lab, between };
}

test('a forged record brings no key to a machine: changed, unsigned, of before', async () => {
  await using stack = new AsyncDisposableStack();
  const { lab, between } = await adoptedThrough(stack);
  let before: { text: string; signature: string } | undefined;
  between.change = ({ text, headers }) => {
    before = { text, signature: headers.get('gutinteg-signature') ?? assert.fail() };
    return text;
  };
  const honest = await lab.agent([]);
  assert.equal(honest.exitCode, 0, honest.stdout + honest.stderr);
  const forgeries: readonly [change: Between['change'], error: RegExp][] = [
    [({ text }) => withKey(text), /signed the answer to this request, so it is not believed/],
    [
      ({ text, headers }) => {
        headers.delete('gutinteg-signature');
        return withKey(text);
      },
      /the answer is not signed, so it is not believed[\s\S]*upgrade gutinteg on the server/,
    ],
    [
      ({ headers }) => {
        headers.set('gutinteg-signature', before?.signature ?? '');
        return before?.text ?? '';
      },
      /signed the answer to this request, so it is not believed/,
    ],
  ];
  for (const [change, error] of forgeries) {
    between.change = change;
    await lab.edit('etc/hostname', 'changed by hand\n');
    const run = await lab.agent([]);
    assert.equal(run.exitCode, 1, run.stdout);
    assert.match(run.stderr, error);
    assert(!existsSync(join(lab.root, KEYS)));
    assert.equal(await lab.text('etc/hostname'), 'changed by hand\n');
  }
  between.change = ({ text }) => text;
  assert.match((await lab.agent([])).stdout, /replaced \/etc\/hostname/);
});

test('a machine believes a server whose key it has, among others', async () => {
  await using stack = new AsyncDisposableStack();
  const { lab } = await adoptedThrough(stack);
  const file = 'var/lib/gutinteg/keys/0.pub';
  const key = await lab.text(file);
  await lab.edit(file, generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }));
  const refused = await lab.agent([]);
  assert.equal(refused.exitCode, 1, refused.stdout);
  assert.match(refused.stderr, /none of the 1 keys that this machine has of the site signed/);
  assert.match(refused.stderr, /gutinteg prepare on the server, if the site's key is new/);
  await lab.edit('var/lib/gutinteg/keys/1.pub', key);
  const believed = await lab.agent([]);
  assert.equal(believed.exitCode, 0, believed.stdout + believed.stderr);
});
