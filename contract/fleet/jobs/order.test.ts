import assert from 'node:assert/strict';
import { generateKeyPairSync, sign } from 'node:crypto';
import { test } from 'node:test';
import { readOrder, signOrder } from './order.ts';
import type { Order } from './order.ts';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');

const order: Order = {
  v: 1,
  host: 'AAAAAAAAAAAAAAAAAAAAAA',
  job: 3,
  serial: 1_900_000_000_000,
  simulate: false,
  action: { do: 'upgrade', packages: [{ name: 'openssl' }], security: false, except: [] },
  expected: [{ name: 'openssl', arch: 'amd64', before: '3.0.9-1', after: '3.0.11-1' }],
  expiresAt: 1_900_003_600,
  health: [],
};

test('an order is read as it was signed', () => {
  assert.deepEqual(readOrder(signOrder(order, privateKey), publicKey), order);
});

test('an order that anybody has changed, or that another key has signed, is none', () => {
  const signed = signOrder(order, privateKey);
  const changed = { ...signed, order: signed.order.replace('openssl', 'openssh') };
  assert.equal(readOrder(changed, publicKey), undefined);
  assert.equal(readOrder(signOrder(order, generateKeyPairSync('ed25519').privateKey), publicKey), undefined);
  // The key signs other things, too: none of them is an order.
  const signature = sign(null, Buffer.from(signed.order), privateKey).toString('base64url');
  assert.equal(readOrder({ ...signed, signature }, publicKey), undefined);
});

const bad: readonly (readonly [why: string, action: object])[] = [
  ['an option in place of a name', { do: 'install', packages: [{ name: '-oDPkg::Pre-Invoke::=id' }] }],
  ['a pattern in place of a name', { do: 'remove', packages: [{ name: 'lib*' }], purge: false }],
  ['a shell in a version', { do: 'install', packages: [{ name: 'hello', version: '1;id' }] }],
  ['no package', { do: 'remove', packages: [], purge: false }],
  ['a path in the name of a source', { do: 'remove-source', name: '../sudoers' }],
  ['a program', { do: 'run', argv: ['id'] }],
];

test('what is signed and is no order is refused all the same', () => {
  for (const [why, action] of bad) {
    const signed = signOrder({ ...order, action } as never, privateKey);
    assert.throws(() => readOrder(signed, publicKey), /action/, why);
  }
});
