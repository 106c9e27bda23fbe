import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { signOrder } from '../../contract/fleet/jobs/order.ts';
import type { Order } from '../../contract/fleet/jobs/order.ts';
import { publicKeyText } from '../../contract/fleet/signed-request.ts';
import { decideOrder } from './decide-order.ts';
import { knownKinds } from './plan-action.ts';

const [ours, other] = [generateKeyPairSync('ed25519'), generateKeyPairSync('ed25519')];
const keys = [publicKeyText(other.privateKey), publicKeyText(ours.privateKey)];
const HOST = 'A'.repeat(22);
const NOW = 1_900_000_000;

const order: Order = {
  v: 1,
  host: HOST,
  job: 3,
  serial: 8,
  simulate: false,
  action: { do: 'hold', packages: [{ name: 'openssl' }] },
  expiresAt: NOW + 1,
  health: [],
};
const judge = { trust: { keys }, host: HOST, serial: 7, nowSeconds: NOW, known: knownKinds };
const install = { do: 'install', packages: [{ name: 'openssl' }] } as const;

const cases: readonly (readonly [what: string, change: object, more: object, why: RegExp | undefined])[] = [
  ['an order', {}, {}, undefined],
  ['one of another host', { host: 'B'.repeat(22) }, {}, /is for host B{22}, and this is A{22}/],
  ['one that was taken', { serial: 7 }, {}, /has serial 7, and one with 7 was taken before/],
  ['an older one', { serial: 2 }, {}, /has serial 2/],
  ['one that is over', { expiresAt: NOW }, {}, /ended at 2030-03-17 17:46:40 UTC/],
  ['one whose window is over', { window: { from: NOW - 9, to: NOW - 3 } }, {}, /window .* 3 s ago/],
  ['one whose window is to come', { window: { from: NOW + 9, to: NOW + 99 } }, {}, undefined],
  ['a kind that is not allowed', {}, { trust: { keys, allow: ['upgrade'] } }, /does not allow hold, only upgrade/],
  ['a kind that is allowed', {}, { trust: { keys, allow: ['hold'] } }, undefined],
  ['a kind that nobody knows', {}, { known: new Set() }, /hold is not known to this version/],
  ['one without what was foreseen', { action: install }, {}, /does not say what was foreseen/],
  ['a simulation', { action: install, simulate: true }, {}, undefined],
  ['one that a newer server has written', { action: { do: 'dance' } }, {}, /not understood by this version/],
  ['one of a server that is not trusted', {}, { trust: { keys: [keys[0]] } }, /not signed by a key/],
];

test('an order is taken only if everything about it is right', () => {
  for (const [what, change, more, why] of cases) {
    const signed = signOrder({ ...order, ...change }, ours.privateKey);
    const decision = decideOrder(signed, { ...judge, ...more });
    if (why === undefined) assert.equal(decision.kind, 'take', what);
    else assert.match(decision.kind === 'refuse' ? decision.why : 'taken', why, what);
  }
});

test('an order whose window is over was missed, and comes again; one that is over is refused', () => {
  const times: readonly (readonly [object, outcome: string | undefined])[] = [
    [{ window: { from: NOW - 9, to: NOW } }, 'missed'],
    [{ window: { from: NOW - 9, to: NOW + 1 } }, undefined],
    [{ window: { from: NOW - 9, to: NOW }, expiresAt: NOW - 1 }, 'missed'],
    [{ window: { from: NOW - 9, to: NOW }, serial: 7 }, 'refused'],
    [{ expiresAt: NOW }, 'refused'],
  ];
  for (const [change, outcome] of times) {
    const decision = decideOrder(signOrder({ ...order, ...change }, ours.privateKey), judge);
    assert.equal(decision.kind === 'refuse' ? decision.outcome : undefined, outcome, JSON.stringify(change));
  }
});
