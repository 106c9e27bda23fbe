import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { fitsPlainly, parseDhcp, printDhcp } from './dhcp.ts';
import type { DhcpPacket } from './dhcp.ts';
import { addresses, option, readAddress, readText, readUint16, readUint8, readUserClasses } from './dhcp-options.ts';
import { formatIpv4 } from '../../lib/ipv4.ts';

/** A packet by hand: the 240 fixed bytes and then these. */
function packetOf(options: readonly number[], place: Readonly<Record<number, readonly number[]>> = {}): Uint8Array {
  const bytes = new Uint8Array(240 + options.length);
  bytes.set([1, 1, 6, 0, 0xde, 0xad, 0xbe, 0xef]);
  bytes.set([0x52, 0x54, 0, 0x12, 0x34, 0x56], 28);
  bytes.set([99, 130, 83, 99], 236);
  bytes.set(options, 240);
  for (const [offset, values] of Object.entries(place)) bytes.set(values, Number(offset));
  return bytes;
}

function parsed(bytes: Uint8Array): DhcpPacket {
  const result = parseDhcp(bytes);
  assert(result.ok, result.ok ? '' : result.why);
  return result.packet;
}

const ascii = (text: string): number[] => [...Buffer.from(text, 'latin1')];

test('fixed fields', () => {
  const packet = parsed(packetOf([53, 1, 1, 255], { 10: [0x80, 0], 24: [10, 9, 8, 7], 108: ascii('file\0rest') }));
  assert.equal(packet.xid, 0xdeadbeef);
  assert.equal(packet.flags, 0x8000);
  assert.equal(packet.giaddr, '10.9.8.7');
  assert.equal(packet.file, 'file');
  assert.equal(Buffer.from(packet.chaddr).toString('hex'), '525400123456');
});

const AREAS = [
  {
    name: 'pads between options',
    bytes: packetOf([0, 0, 53, 1, 1, 0, 12, 2, ...ascii('ab'), 255]),
    want: { 12: 'ab' },
  },
  { name: 'no end mark', bytes: packetOf([53, 1, 1, 12, 2, ...ascii('ab')]), want: { 12: 'ab' } },
  { name: 'nothing after the end mark', bytes: packetOf([53, 1, 1, 255, 12, 2, 65, 65]), want: {} },
  { name: 'an option in two parts', bytes: packetOf([53, 1, 1, 12, 1, 97, 12, 1, 98, 255]), want: { 12: 'ab' } },
  { name: 'unknown options', bytes: packetOf([53, 1, 1, 224, 1, 65, 255]), want: { 224: 'A' } },
  { name: 'an empty option', bytes: packetOf([53, 1, 1, 80, 0, 255]), want: { 80: '' } },
  {
    name: 'file overloaded',
    bytes: packetOf([53, 1, 1, 52, 1, 1, 255], { 108: [12, 2, ...ascii('ab'), 255] }),
    want: { 12: 'ab' },
  },
  {
    name: 'one option over options, file and sname in that order',
    bytes: packetOf([53, 1, 1, 52, 1, 3, 12, 1, 97, 255], { 108: [12, 1, 98, 255], 44: [12, 1, 99, 255] }),
    want: { 12: 'abc' },
  },
];
for (const { name, bytes, want } of AREAS) {
  test(`options: ${name}`, () => {
    const { options } = parsed(bytes);
    const rest = [...options].filter(([code]) => code !== option.messageType);
    assert.deepEqual(Object.fromEntries(rest.map(([code, value]) => [code, Buffer.from(value).toString()])), want);
  });
}

const REFUSED = [
  { name: 'too short', bytes: new Uint8Array(239), why: /239 bytes/ },
  { name: 'no cookie', bytes: packetOf([255], { 236: [0, 0, 0, 0] }), why: /cookie/ },
  { name: 'a hardware address of 200 octets', bytes: packetOf([255], { 2: [200] }), why: /200 octets/ },
  { name: 'an option past the end', bytes: packetOf([50, 4, 10]), why: /option 50 runs past the options field/ },
  { name: 'a code without a length', bytes: packetOf([50]), why: /option 50/ },
  {
    name: 'an option past the overloaded file',
    bytes: packetOf([52, 1, 1, 255], { 108: [12, 200] }),
    why: /overloaded file/,
  },
];
for (const { name, bytes, why } of REFUSED) {
  test(`refused: ${name}`, () => {
    const result = parseDhcp(bytes);
    assert(!result.ok);
    assert.match(result.why, why);
  });
}

test('readers of single options refuse wrong lengths', () => {
  const options = new Map([
    [option.messageType, Uint8Array.of(1, 2)],
    [option.requestedAddress, Uint8Array.of(10, 0, 0)],
    [option.architecture, Uint8Array.of(7)],
    [option.hostName, Uint8Array.from(ascii('ab\0cd'))],
  ]);
  assert.equal(readUint8(options, option.messageType), undefined);
  assert.equal(readAddress(options, option.requestedAddress), undefined);
  assert.equal(readUint16(options, option.architecture), undefined);
  assert.equal(readText(options, option.hostName), 'ab');
});

test("user classes: as the RFC has them, and iPXE's bare text", () => {
  const of = (bytes: readonly number[]): readonly string[] =>
    readUserClasses(new Map([[option.userClass, Uint8Array.from(bytes)]]));
  assert.deepEqual(of([4, ...ascii('iPXE'), 2, ...ascii('ab')]), ['iPXE', 'ab']);
  assert.deepEqual(of(ascii('iPXE')), ['iPXE']);
  assert.deepEqual(of([]), []);
});

test('what overflows the options field goes to file and sname, and comes back whole', () => {
  const long = new Uint8Array(400).fill(7);
  const base = parsed(packetOf([53, 1, 2, 255]));
  const packet = {
    ...base,
    options: new Map([
      [53, Uint8Array.of(2)],
      [43, long],
      [6, addresses('10.0.0.1')],
    ]),
  };
  assert.equal(printDhcp(packet, 1472).length, 240 + 3 + 400 + 4 + 6 + 1);
  const tight = printDhcp(packet, 548);
  assert(tight.length <= 548);
  assert.deepEqual(parsed(tight).options, packet.options);
  assert.throws(() => printDhcp({ ...packet, file: 'undionly.kpxe', sname: 'x' }, 548), RangeError);
});

test('short packets are padded to 300 bytes', () => {
  assert.equal(printDhcp(parsed(packetOf([53, 1, 1, 255]))).length, 300);
});

const address = fc.nat(0xffffffff).map(formatIpv4);
const fieldText = (max: number) => fc.stringMatching(/^[ -~]*$/).map((text) => text.slice(0, max));
const anyPacket: fc.Arbitrary<DhcpPacket> = fc.record(
  {
    op: fc.nat(255),
    htype: fc.nat(255),
    hops: fc.nat(255),
    xid: fc.nat(0xffffffff),
    secs: fc.nat(65535),
    flags: fc.nat(65535),
    ciaddr: address,
    yiaddr: address,
    siaddr: address,
    giaddr: address,
    chaddr: fc.uint8Array({ maxLength: 16 }),
    sname: fieldText(64),
    file: fieldText(128),
    options: fc
      .uniqueArray(fc.tuple(fc.integer({ min: 1, max: 254 }), fc.uint8Array({ maxLength: 600 })), {
        selector: ([code]) => code,
        maxLength: 20,
      })
      .map((entries) => new Map(entries.filter(([code]) => code !== 52))),
  },
  { noNullPrototype: true },
);

test('property: parse ∘ print is the identity', () => {
  fc.assert(
    fc.property(anyPacket, (packet) => {
      const bytes = printDhcp(packet, 65000);
      assert.deepEqual(parsed(bytes), packet);
    }),
  );
});

test("property: the same in 548 bytes, or a RangeError; the relay's option comes on top", () => {
  fc.assert(
    fc.property(anyPacket, fc.uint8Array({ maxLength: 600 }), (some, relay) => {
      const packet = { ...some, options: new Map([...some.options, [82, relay]]) };
      const relayBytes = relay.length + 2 * Math.max(1, Math.ceil(relay.length / 255));
      let bytes: Uint8Array;
      try {
        bytes = printDhcp(packet, 548);
      } catch (error) {
        assert(error instanceof RangeError);
        return;
      }
      assert(bytes.length <= 548 + relayBytes);
      assert.deepEqual(parsed(bytes), packet);
    }),
  );
});

test('property: what fits plainly is printed in so many bytes, without file and sname', () => {
  fc.assert(
    fc.property(anyPacket, fc.integer({ min: 300, max: 1472 }), (packet, maxBytes) => {
      fc.pre(fitsPlainly(packet, maxBytes));
      const bytes = printDhcp(packet, maxBytes);
      assert(bytes.length <= maxBytes);
      assert.deepEqual(parsed(bytes), packet);
    }),
  );
});

test('property: random bytes never throw, with and without a valid head', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 700 }), (bytes) => void parseDhcp(bytes)));
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 500 }),
      fc.uint8Array({ minLength: 192, maxLength: 192 }),
      (tail, fields) => {
        void parseDhcp(packetOf([...tail], { 44: [...fields] }));
      },
    ),
  );
});
