import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeWrongAddress } from './judge-address.ts';
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
  ['255.0.255.0', 'netmask', 'is not a netmask such as 255.255.255.0'],
];

for (const [text, kind, why] of table) {
  test(`${text} as ${kind}`, () => assert.equal(describeWrongAddress(text, kind), `'${text}' ${why}`));
}
