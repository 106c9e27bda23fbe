import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseSolicitation, printAdvertisement } from './router-advertisement.ts';

const MAC = '525400770001';
const LINK_LOCAL = 'fe80000000000000505400fffe770001';
const bytes = (...hex: readonly string[]): Uint8Array => Buffer.from(hex.join(''), 'hex');

/** From `source`, which is `::` before a card has an address, to all routers. */
function solicitation(source: string, { hopLimit = 'ff', type = '85' } = {}): Uint8Array {
  const ethernet = ['333300000002', MAC, '86dd'];
  const ip = ['60000000', '0010', '3a', hopLimit, source, 'ff020000000000000000000000000002'];
  return bytes(...ethernet, ...ip, type, '00', '0000', '00000000', '0101', MAC);
}

const hex = (part: Uint8Array | undefined): string | undefined =>
  part === undefined ? undefined : Buffer.from(part).toString('hex');

test('a solicitation says who asks, and perhaps by which address', () => {
  const found = parseSolicitation(solicitation(LINK_LOCAL));
  assert.deepEqual([hex(found?.mac), hex(found?.address)], [MAC, LINK_LOCAL]);
  const early = parseSolicitation(solicitation('0'.repeat(32)));
  assert.deepEqual([hex(early?.mac), early?.address], [MAC, undefined]);
});

const REFUSED: readonly [name: string, frame: Uint8Array][] = [
  ['one that a router has forwarded', solicitation(LINK_LOCAL, { hopLimit: 'fe' })],
  ['an advertisement', solicitation(LINK_LOCAL, { type: '86' })],
  ['a frame that is cut off', solicitation(LINK_LOCAL).subarray(0, 60)],
  ['nothing', new Uint8Array()],
  ['IPv4', bytes('333300000002', MAC, '0800', '00'.repeat(60))],
];

for (const [name, frame] of REFUSED) {
  test(`not a solicitation: ${name}`, () => assert.equal(parseSolicitation(frame), undefined));
}

const SERVER = { mac: bytes('525400000001'), address: bytes('fe80000000000000505400fffe000001') };

test('the answer goes to who asked, or to all where that has no address, and makes nobody a router', () => {
  const answer = Buffer.from(printAdvertisement({ mac: bytes(MAC), address: bytes(LINK_LOCAL) }, SERVER));
  assert.equal(hex(answer.subarray(0, 14)), `${MAC}52540000000186dd`);
  assert.equal(hex(answer.subarray(38, 54)), LINK_LOCAL);
  const LIFETIME = 54 + 6;
  assert.equal(answer.readUInt16BE(LIFETIME), 0);
  const toAll = Buffer.from(printAdvertisement({ mac: bytes(MAC), address: undefined }, SERVER));
  assert.equal(hex(toAll.subarray(0, 6)), '333300000001');
  assert.equal(hex(toAll.subarray(38, 54)), 'ff020000000000000000000000000001');
});
