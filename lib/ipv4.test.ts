import assert from 'node:assert/strict';
import { test } from 'node:test';
import { broadcastOf, formatIpv4, parseIpv4, prefixLength, sameNetwork } from './ipv4.ts';

test('addresses', () => {
  assert.equal(parseIpv4('10.77.0.1'), 0x0a4d0001);
  assert.equal(parseIpv4('255.255.255.255'), 0xffffffff);
  assert.equal(formatIpv4(0xc0a80102), '192.168.1.2');
  for (const wrong of ['', '1.2.3', '1.2.3.256', '01.2.3.4', '1.2.3.4 ', 'a.b.c.d', '1.2.3.-4']) {
    assert.equal(parseIpv4(wrong), undefined, wrong);
  }
});

test('masks', () => {
  for (const [mask, length] of [
    ['255.255.255.0', 24],
    ['255.255.255.255', 32],
    ['0.0.0.0', 0],
    ['255.255.254.0', 23],
    ['255.0.255.0', undefined],
    ['255.255.255', undefined],
  ] as const) {
    assert.equal(prefixLength(mask), length, mask);
  }
});

test('networks', () => {
  assert.equal(broadcastOf('10.77.0.101', '255.255.255.0'), '10.77.0.255');
  assert.equal(broadcastOf('10.77.0', '255.255.255.0'), undefined);
  assert.equal(sameNetwork('192.168.1.2', '192.168.1.200', '255.255.255.0'), true);
  assert.equal(sameNetwork('192.168.1.2', '192.168.2.2', '255.255.255.0'), false);
});
