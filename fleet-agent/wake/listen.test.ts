import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import * as fc from 'fast-check';
import { makeWakeUp, readWakeUp } from '../../contract/fleet/wake-up.ts';
import { decideWakeUp } from './decide-wake-up.ts';
import { listenForWakeUps } from './listen.ts';

const [server, other] = [generateKeyPairSync('ed25519'), generateKeyPairSync('ed25519')];
const id = Buffer.alloc(16, 7).toString('base64url');
const root = mkdtempSync(join(tmpdir(), 'gutinteg-wake-'));
after(() => rmSync(root, { recursive: true }));

test('a wake-up has 91 bytes, and no byte of it can be another one', () => {
  const wakeUp = { hostId: id, at: 1_800_000_000_000 };
  const datagram = makeWakeUp(wakeUp, server.privateKey);
  assert.equal(datagram.length, 91);
  assert.deepEqual(readWakeUp(datagram, server.publicKey), wakeUp);
  assert.equal(readWakeUp(datagram, other.publicKey), undefined);
  fc.assert(
    fc.property(fc.nat(90), fc.integer({ min: 1, max: 255 }), (place, flip) => {
      const changed = Buffer.from(datagram);
      changed[place] = (changed[place] ?? 0) ^ flip;
      assert.equal(readWakeUp(changed, server.publicKey), undefined);
    }),
  );
});

test('what is followed: each number once, for this host, not too often', () => {
  const woken = { lastAt: 100, lastRun: 1000 };
  const cases: [hostId: string, at: number, steadyMs: number, kind: string][] = [
    [id, 101, 31_000, 'wake'],
    [id, 100, 31_000, 'ignore'],
    [id, 99, 31_000, 'ignore'],
    [id, 101, 30_999, 'ignore'],
    [Buffer.alloc(16, 8).toString('base64url'), 101, 31_000, 'ignore'],
  ];
  for (const [hostId, at, steadyMs, kind] of cases) {
    assert.equal(decideWakeUp(woken, { hostId, at }, { id, steadyMs }).kind, kind, `${at} ${steadyMs}`);
  }
});

test('a datagram of the server leads to one check-in, a copy of it to none, after a restart either', async () => {
  const done: number[] = [];
  const steady = { ms: 0 };
  const begin = () =>
    listenForWakeUps({
      on: { port: 0, address: '127.0.0.1' },
      hostId: id,
      publicKey: server.publicKey,
      file: join(root, 'woken'),
      checkIn: () => Promise.resolve(void done.push(1)),
      steadyMs: () => (steady.ms += 60_000),
    });
  const sender = createSocket('udp4');
  after(() => sender.close());
  const until = async (isSo: () => boolean): Promise<void> => {
    for (const limit = Date.now() + 5000; !isSo(); await delay(2)) assert.ok(Date.now() < limit, 'waited in vain');
  };
  const wake = (at: number, key = server.privateKey): Buffer => makeWakeUp({ hostId: id, at }, key);
  let listening = await begin();
  sender.send(wake(5, other.privateKey), listening.port, '127.0.0.1');
  sender.send(Buffer.alloc(2000), listening.port, '127.0.0.1');
  sender.send(wake(10), listening.port, '127.0.0.1');
  await until(() => done.length === 1);
  await listening.close();
  listening = await begin();
  // Loopback keeps their order: when the last one was followed, the copy was not.
  sender.send(wake(10), listening.port, '127.0.0.1');
  sender.send(wake(11), listening.port, '127.0.0.1');
  await until(() => done.length > 1);
  await listening.close();
  assert.equal(done.length, 2);
  assert.equal(readFileSync(join(root, 'woken'), 'utf8'), '11\n');
});
