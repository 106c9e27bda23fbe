import assert from 'node:assert/strict';
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { withPrivateDirectory } from '../../../lib/private-directory.ts';
import { runCommand } from '../../../lib/run-command.ts';
import { createOwnCertificate } from './own-certificate.ts';

const DAY_MS = 86_400_000;
const start = Date.now();
const { privateKey } = generateKeyPairSync('ed25519');

const certify = (key = privateKey): Promise<string> =>
  withPrivateDirectory('gutinteg-test-', async (directory) => {
    const file = join(directory, 'key');
    await writeFile(file, key.export({ type: 'pkcs8', format: 'pem' }));
    const makes = ['req', '-x509', '-key', file, '-subj', '/CN=web1', '-days', '90'];
    return (await runCommand(['openssl', ...makes])).stdout;
  });
const pem = await certify();

/** A server that wants a certificate, and a host that has `held`. */
function lab(
  held: string | undefined,
  more: { fetch?: () => Promise<string>; wants?: (shown: boolean) => boolean } = {},
) {
  const state = { held, nowMs: start, asked: 0, fetched: 0, reconnected: 0 };
  const own = createOwnCertificate({
    privateKey,
    read: () => state.held,
    write: (text) => (state.held = text),
    fetch: () => {
      state.fetched += 1;
      return more.fetch?.() ?? Promise.resolve(pem);
    },
    reconnect: () => (state.reconnected += 1),
    now: () => state.nowMs,
  });
  const ask = (): Promise<boolean> => {
    state.asked += 1;
    return Promise.resolve((more.wants ?? ((shown) => !shown))(own.shown() !== undefined));
  };
  return { state, own, ask: () => own.around(ask, (wanted) => wanted) };
}

test('a certificate is fetched when the server wants one, and not again', async () => {
  const { state, own, ask } = lab(undefined);
  assert.deepEqual(await ask(), { answer: false });
  assert.deepEqual(await ask(), { answer: false });
  assert.deepEqual([state.asked, state.fetched, state.reconnected], [3, 1, 1]);
  const shown = own.shown();
  assert.equal(shown?.certificate, pem);
  assert.ok(createPrivateKey(shown.key).equals(privateKey));
});

test('it is renewed when a third of its time is left, and a server that gives none is asked all the same', async () => {
  const { state, ask } = lab(pem, { fetch: () => Promise.reject(new Error('no authority')) });
  state.nowMs = start + 59 * DAY_MS;
  await ask();
  assert.equal(state.fetched, 0);
  state.nowMs = start + 61 * DAY_MS;
  assert.deepEqual(await ask(), { answer: false });
  await ask();
  assert.equal(state.fetched, 1, 'once a minute');
  state.nowMs += 60_000;
  await ask();
  assert.equal(state.fetched, 2);
});

test('one that the server refuses is fetched anew once, and why that failed is told', async () => {
  const { state, ask } = lab(pem, { wants: () => true });
  assert.deepEqual(await ask(), { answer: true });
  assert.equal(state.fetched, 1);
  assert.match((await ask()).fault ?? '', /less than a minute ago/);
  const none = lab(undefined, { fetch: () => Promise.reject(new Error('no authority')) });
  assert.deepEqual(await none.ask(), { answer: true, fault: 'no authority' });
});

test('of many that want it at the same time, one fetches it', async () => {
  const { state, ask } = lab(undefined);
  await Promise.all(Array.from({ length: 20 }, ask));
  assert.equal(state.fetched, 1);
});

test('one of another key, and a damaged file, are none', async () => {
  const other = await certify(generateKeyPairSync('ed25519').privateKey);
  for (const held of [other, 'nothing', '']) assert.equal(lab(held).own.shown(), undefined);
});
