import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refuseAddress } from './judge-address.ts';

const cases: readonly (readonly [address: string, isNamed: boolean, isRefused: boolean])[] = [
  ['192.0.2.7', false, false],
  ['2001:db8::7', false, false],
  ['10.0.0.7', true, false],
  ['10.0.0.7', false, true],
  ['172.31.0.1', false, true],
  ['172.32.0.1', false, false],
  ['fd00::7', true, false],
  ['fd00::7', false, true],
  ['127.0.0.1', true, true],
  ['203.0.113.5', true, true],
  ['::ffff:203.0.113.5', true, true],
  ['2001:db8::5', true, true],
  ['::1', true, true],
  ['::', true, true],
  ['::ffff:127.0.0.1', true, true],
  ['::ffff:7f00:1', true, true],
  ['::127.0.0.1', true, true],
  ['64:ff9b::7f00:1', true, true],
  ['64:ff9b::a9fe:a9fe', true, true],
  ['64:ff9b::c000:207', false, false],
  ['64:ff9b:1::7f00:1', false, true],
  ['2002:7f00:1::1', true, true],
  ['2002:a00:7::1', false, true],
  ['2002:c000:207::1', false, false],
  ['2001:0:c000:207::1', false, true],
  ['fec0::1', false, true],
  ['192.0.0.192', false, true],
  ['198.18.0.1', false, true],
  ['::ffff:10.0.0.7', false, true],
  ['169.254.169.254', true, true],
  ['0.0.0.0', true, true],
  ['fe80::1', true, true],
  ['224.0.0.1', true, true],
  ['localhost', true, true],
];

for (const [address, isNamed, isRefused] of cases) {
  test(`${address}${isNamed ? ', which somebody has named,' : ''} is ${isRefused ? 'refused' : 'asked'}`, () => {
    assert.equal(refuseAddress(address, { isNamed, own: ['203.0.113.5', '2001:db8::5'] }) !== undefined, isRefused);
  });
}
