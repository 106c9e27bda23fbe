import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonicalAddress, describeWrongAddress, uniquePartOf } from './judge-address.ts';
import type { AddressKind } from './judge-address.ts';

const table: [text: string, kind: AddressKind, why: string][] = [
  ['10.0.0.1 10.0.0.2', 'name server', 'is more than one address: further ones are NAMESERVER2, NAMESERVER3'],
  ['10.0.0.1, 10.0.0.2', 'name server', 'is more than one address: further ones are NAMESERVER2, NAMESERVER3'],
  [
    '10.0.0.1 10.0.0.2',
    'IP address',
    'is more than one address: further ones are ADDRESSES, that of a further interface is NIC_<name>_IP',
  ],
  ['10.0.0.1 10.0.0.2', 'router', 'is more than one address'],
  ['10.0.0.1 x', 'name server', 'is not an address such as 10.77.0.3'],
  ['ff02::1', 'name server', 'is an address of groups (multicast), which no machine has'],
  ['10.0.0.1', 'IPv6 router', 'is not an IPv6 address such as fe80::1'],
  ['2001:db8::1', 'IP address', 'is an IPv6 address: write it into IP6'],
  ['2001:db8::1', 'router', 'is not an IPv4 address such as 10.77.0.101'],
  ['10.0.0.5', 'further address', 'is not an address with its prefix, such as 10.77.0.5/24'],
  ['10.0.0.5/33', 'further address', 'is not an address with its prefix, such as 10.77.0.5/24'],
  ['2001:db8::5/129', 'further address', 'is not an address with its prefix, such as 10.77.0.5/24'],
  ['10.0.0.0/24', 'further address', 'is the address of a network, and not of a machine in it'],
  ['10.0.0.255/24', 'further address', 'is the broadcast address of its network'],
  ['127.0.0.1/8', 'further address', 'is in 127.0.0.0/8, which every machine has for itself'],
  ['ff02::1/64', 'further address', 'is an address of groups (multicast), which no machine has'],
  ['255.0.255.0', 'netmask', 'is not a netmask such as 255.255.255.0'],
];

test('further addresses in their one spelling, and what no other may have of them', () => {
  const seen = ['10.0.0.0/31', '10.0.0.5/8', '10.0.0.0/32', '2001:DB8:0::5/64', '2001:db8::5/128', 'fe80::1/64'].map(
    (word) => {
      const canonical = canonicalAddress(word, 'further address') ?? '';
      return [canonical, uniquePartOf(canonical, 'further address')];
    },
  );
  assert.deepEqual(seen, [
    ['10.0.0.0/31', '10.0.0.0'],
    ['10.0.0.5/8', '10.0.0.5'],
    ['10.0.0.0/32', undefined],
    ['2001:db8::5/64', '2001:db8::5'],
    ['2001:db8::5/128', undefined],
    ['fe80::1/64', undefined],
  ]);
});

for (const [text, kind, why] of table) {
  test(`${text} as ${kind}`, () => assert.equal(describeWrongAddress(text, kind), `'${text}' ${why}`));
}
