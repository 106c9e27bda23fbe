import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { parseFrame } from './parse-frame.ts';
import { printArpProbe } from './print-arp-probe.ts';

const MAC = '00163e000001';
const hex = (text: string) => Buffer.from(text.replaceAll(/\s/g, ''), 'hex');
const ethernet = (type: string, payload: string) => `ffffffffffff ${MAC} ${type} ${payload}`;
const arp = (operation: string, ip: string) => `0001 0800 06 04 ${operation} ${MAC} ${ip} 000000000000 0a000009`;

type Dhcp = { op?: string; htype?: string; hlen?: string; giaddr?: string; options?: string };
const dhcp = ({ op = '01', htype = '01', hlen = '06', giaddr = '00000000', options = '' }: Dhcp = {}) =>
  `${op}${htype}${hlen}00 12345678 00000000 00000000 00000000 00000000 ${giaddr} ${MAC} ${'00'.repeat(202)} 63825363 ${options}`;
const udp = (payload: string, port = '0043') => {
  const size = hex(payload).length + 8;
  return `0044 ${port} ${size.toString(16).padStart(4, '0')} 0000 ${payload}`;
};
const ipv4 = (payload: string, { fragment = '0000', protocol = '11', options = '' } = {}) => {
  const size = (hex(payload).length + 20 + hex(options).length).toString(16).padStart(4, '0');
  return `4${(5 + hex(options).length / 4).toString(16)}00 ${size} 0001 ${fragment} 40 ${protocol} 0000 00000000 ffffffff ${options} ${payload}`;
};
const dhcpFrame = (wanted: Dhcp = {}) => ethernet('0800', ipv4(udp(dhcp(wanted))));

const seen = { mac: '00:16:3e:00:00:01', ip: '0.0.0.0' };
const asArp = { by: 'ARP', ...seen, ip: '10.0.0.7', target: '10.0.0.9' };
const asDhcp = { by: 'DHCP', ...seen, hostname: undefined };

const cases: readonly [name: string, frame: string, sighting: object | undefined][] = [
  ['ARP request', ethernet('0806', arp('0001', '0a000007')), asArp],
  ['ARP reply, padded', ethernet('0806', `${arp('0002', '0a000007')} ${'00'.repeat(18)}`), asArp],
  ['ARP probe', ethernet('0806', arp('0001', '00000000')), { ...asArp, ip: '0.0.0.0' }],
  ['ARP with a priority tag', ethernet('8100 6000 0806', arp('0001', '0a000007')), asArp],
  ['ARP of VLAN 42', ethernet('8100 602a 0806', arp('0001', '0a000007')), undefined],
  ['ARP behind two priority tags', ethernet('88a8 0000 8100 0000 0806', arp('0001', '0a000007')), asArp],
  ['RARP', ethernet('8035', arp('0003', '00000000')), undefined],
  ['inverse ARP', ethernet('0806', arp('0008', '0a000007')), undefined],
  ['ARP of another hardware', ethernet('0806', arp('0001', '0a000007').replace('0001', '0006')), undefined],
  ['ARP that is cut', ethernet('0806', arp('0001', '0a000007').slice(0, 40).padEnd(40)), undefined],
  ['DHCP request', dhcpFrame(), asDhcp],
  ['DHCP with IP options', ethernet('0800', ipv4(udp(dhcp()), { options: '01010101' })), asDhcp],
  ['DHCP with a host name', dhcpFrame({ options: '350101 00 0c04 6e6f6465 ff' }), { ...asDhcp, hostname: 'node' }],
  ['DHCP with a host name and a NUL', dhcpFrame({ options: '0c05 6e6f646500 ff' }), { ...asDhcp, hostname: 'node' }],
  ['DHCP with a host name of control characters', dhcpFrame({ options: '0c04 6e1b5b32 ff' }), asDhcp],
  ['DHCP with an option that is cut', dhcpFrame({ options: '350101 0c' }), asDhcp],
  ['BOOTP, without options', ethernet('0800', ipv4(udp(dhcp().slice(0, -9)))), asDhcp],
  ['a reply', dhcpFrame({ op: '02' }), undefined],
  ['a request that a relay brings', dhcpFrame({ giaddr: '0a010001' }), undefined],
  ['a request of InfiniBand', dhcpFrame({ htype: '20', hlen: '00' }), undefined],
  ['a fragment', ethernet('0800', ipv4(udp(dhcp()), { fragment: '2000' })), undefined],
  ['a later fragment', ethernet('0800', ipv4(udp(dhcp()), { fragment: '0010' })), undefined],
  ["don't fragment", ethernet('0800', ipv4(udp(dhcp()), { fragment: '4000' })), asDhcp],
  ['UDP to another port', ethernet('0800', ipv4(udp(dhcp(), '0045'))), undefined],
  ['TCP', ethernet('0800', ipv4(udp(dhcp()), { protocol: '06' })), undefined],
  ['IPv6', ethernet('86dd', '60'.repeat(60)), undefined],
  ['nothing', '', undefined],
];
for (const [name, frame, sighting] of cases) {
  test(`${name}: ${sighting === undefined ? 'nobody' : 'its sender'}`, () => {
    assert.deepEqual(parseFrame(hex(frame)), sighting);
  });
}

test('a frame that is cut anywhere says the same or nothing, and nothing is read of what is behind the packet', () => {
  const frame = hex(dhcpFrame({ options: '0c04 6e6f6465 ff' }));
  for (let size = 0; size < frame.length; size += 1) {
    const said = parseFrame(frame.subarray(0, size));
    if (size < 14 + 20 + 8 + 236) assert.equal(said, undefined, `${size} bytes`);
    else assert.equal(said?.mac, seen.mac);
  }
  for (const lengthField of [16, 38]) {
    const short = hex(dhcpFrame());
    short.writeUInt16BE(28, lengthField);
    assert.equal(parseFrame(short), undefined, `a length of 28 at ${lengthField}`);
  }
});

test('no bytes make it throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), fc.constantFrom('0806', '0800', '8100', ''), (bytes, type) => {
      parseFrame(Buffer.concat([hex(type === '' ? '' : `${'00'.repeat(12)}${type}`), bytes]));
    }),
  );
});

test('an ARP probe names no address of its sender', () => {
  const probe = printArpProbe(hex(MAC), '10.0.0.9');
  assert.equal(probe.length, 60);
  assert.deepEqual(parseFrame(probe), { ...asArp, ip: '0.0.0.0' });
});
